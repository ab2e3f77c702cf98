resource "aws_cognito_user_pool" "shop" {
  name                     = "shop"
  auto_verified_attributes = ["email"]

  user_attribute_update_settings {
    attributes_require_verification_before_update = ["phone_number"] #~ ERROR unverified-update-attribute
  }
}
