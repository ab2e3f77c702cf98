resource "aws_cognito_user_pool" "shop" {
  name              = "shop"
  mfa_configuration = "ON"

  software_token_mfa_configuration {
    enabled = true
  }
}

resource "aws_cognito_user_pool_client" "web" { #~ NOTE auth-session-short
  name         = "web"
  user_pool_id = aws_cognito_user_pool.shop.id
}
