resource "aws_cognito_user_pool" "shop" {
  name = "shop"

  sign_in_policy {
    allowed_first_auth_factors = ["SOFTWARE_TOKEN", "PASSWORD"] #~ ERROR totp-as-first-factor
  }
}
