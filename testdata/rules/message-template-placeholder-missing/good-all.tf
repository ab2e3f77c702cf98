resource "aws_cognito_user_pool" "shop" {
  name                       = "shop"
  sms_authentication_message = "Your code is {####}"

  verification_message_template {
    email_message         = "Your code is {####}"
    email_message_by_link = "{##Verify##}"
  }
}
