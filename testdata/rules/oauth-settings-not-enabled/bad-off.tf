# The switch is off.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
}

resource "aws_cognito_user_pool_client" "client" {
  name                                 = "client"
  user_pool_id                         = aws_cognito_user_pool.pool.id
  allowed_oauth_flows_user_pool_client = false
  callback_urls                        = ["https://shop.example.com/callback"] #~ WARNING oauth-settings-not-enabled
}
