# Phone numbers are verified with a text message.

resource "aws_cognito_user_pool" "shop" {
  name                     = "shop"
  username_attributes      = ["phone_number"]
  auto_verified_attributes = ["phone_number"] #~ ERROR sms-configuration-missing
}
