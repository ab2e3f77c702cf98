# Without a mode, MFA is off.

resource "aws_cognito_user_pool" "shop" { #~ WARNING mfa-off-with-factors
  name = "shop"
  software_token_mfa_configuration {
    enabled = true
  }
}
