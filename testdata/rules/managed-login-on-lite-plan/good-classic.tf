# The classic hosted UI.

resource "aws_cognito_user_pool" "pool" {
  name           = "pool"
  user_pool_tier = "LITE"
}

resource "aws_cognito_user_pool_domain" "domain" {
  user_pool_id          = aws_cognito_user_pool.pool.id
  domain                = "shop"
  managed_login_version = 1
}
