resource "aws_cognito_user_pool" "shop" {
  name = "shop"

  sign_in_policy {
    allowed_first_auth_factors = ["EMAIL_OTP"] #~ ERROR first-factor-without-password
  }
}
