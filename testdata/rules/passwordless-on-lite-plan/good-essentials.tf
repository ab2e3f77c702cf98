resource "aws_cognito_user_pool" "shop" {
  name           = "shop"
  user_pool_tier = "ESSENTIALS"

  sign_in_policy {
    allowed_first_auth_factors = ["PASSWORD", "EMAIL_OTP"]
  }
}
