resource "aws_cognito_user_pool" "shop" {
  name                = "shop"
  alias_attributes    = ["email"] #~ ERROR alias-and-username-attributes
  username_attributes = ["email"]
}
