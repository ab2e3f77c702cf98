resource "aws_cognito_user_pool" "shop" {
  name              = "shop"
  mfa_configuration = "ON"

  software_token_mfa_configuration {
    enabled = true
  }
}

resource "aws_cognito_user_pool_client" "web" {
  name         = "web"
  user_pool_id = aws_cognito_user_pool.shop.id

  auth_session_validity = 3 #~ NOTE auth-session-short
}
