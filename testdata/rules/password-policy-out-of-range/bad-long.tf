resource "aws_cognito_user_pool" "shop" {
  name = "shop"

  password_policy {
    minimum_length = 100 #~ ERROR password-policy-out-of-range
  }
}
