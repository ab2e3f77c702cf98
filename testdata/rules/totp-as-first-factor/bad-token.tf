resource "aws_cognito_user_pool" "shop" {
  name = "shop"

  sign_in_policy {
    allowed_first_auth_factors = ["PASSWORD", "SOFTWARE_TOKEN"] #~ ERROR totp-as-first-factor
  }
}
