resource "aws_cognito_user_pool" "shop" {
  name              = "shop"
  mfa_configuration = "ON"

  software_token_mfa_configuration {
    enabled = true
  }

  sign_in_policy {
    allowed_first_auth_factors = local.factors #~ ERROR otp-first-factor-with-required-mfa
  }
}

locals {
  factors = ["PASSWORD", "EMAIL_OTP"]
}
