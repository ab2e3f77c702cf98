# The same with one's own domain.

resource "aws_cognito_user_pool" "pool" {
  name           = "pool"
  user_pool_tier = "LITE"
}

resource "aws_cognito_user_pool_client" "client" {
  name         = "client"
  user_pool_id = aws_cognito_user_pool.pool.id
}

resource "aws_cognito_managed_login_branding" "branding" {
  user_pool_id                = aws_cognito_user_pool.pool.id
  client_id                   = aws_cognito_user_pool_client.client.id
  use_cognito_provided_values = true
}

resource "aws_cognito_user_pool_domain" "domain" {
  user_pool_id          = aws_cognito_user_pool.pool.id
  domain                = "auth.shop.example.com"
  managed_login_version = 2 #~ ERROR managed-login-on-lite-plan
  certificate_arn       = "arn:aws:acm:us-east-1:111122223333:certificate/1b2c"
}
