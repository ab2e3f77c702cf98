resource "aws_cognito_user_pool" "shop" {
  name                = "shop"
  alias_attributes    = ["preferred_username"] #~ ERROR alias-and-username-attributes
  username_attributes = ["phone_number"]
}
