resource "aws_cognito_user_pool" "shop" {
  name                     = "shop"
  sms_verification_message = file("code.txt")
}
