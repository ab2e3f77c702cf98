# An empty list of scopes.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
}

resource "aws_cognito_user_pool_client" "client" {
  name                                 = "client"
  user_pool_id                         = aws_cognito_user_pool.pool.id
  allowed_oauth_flows_user_pool_client = true #~ ERROR oauth-flows-or-scopes-missing
  allowed_oauth_flows                  = ["code"]
  allowed_oauth_scopes                 = []
  callback_urls                        = ["https://shop.example.com/callback"]
}
