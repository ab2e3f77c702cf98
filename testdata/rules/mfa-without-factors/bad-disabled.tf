# The only factor is switched off.

resource "aws_cognito_user_pool" "shop" {
  name              = "shop"
  mfa_configuration = "ON" #~ ERROR mfa-without-factors
  software_token_mfa_configuration {
    enabled = false
  }
}
