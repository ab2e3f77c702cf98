# Terraform ignores the factor, and fails at the next update.

resource "aws_cognito_user_pool" "shop" {
  name              = "shop"
  mfa_configuration = "OFF" #~ WARNING mfa-off-with-factors
  software_token_mfa_configuration {
    enabled = true
  }
}
