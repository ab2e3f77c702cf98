resource "aws_cognito_user_pool" "shop" {
  name = "shop"

  password_policy {
    minimum_length = 5 #~ ERROR password-policy-out-of-range
  }
}
