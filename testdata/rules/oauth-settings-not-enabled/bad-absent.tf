# The switch is missing.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
}

resource "aws_cognito_user_pool_client" "client" {
  name                 = "client"
  user_pool_id         = aws_cognito_user_pool.pool.id
  allowed_oauth_flows  = ["code"] #~ WARNING oauth-settings-not-enabled
  allowed_oauth_scopes = ["openid"]
  callback_urls        = ["https://shop.example.com"]
}
