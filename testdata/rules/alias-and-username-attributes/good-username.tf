resource "aws_cognito_user_pool" "shop" {
  name                = "shop"
  username_attributes = ["email"]
}
