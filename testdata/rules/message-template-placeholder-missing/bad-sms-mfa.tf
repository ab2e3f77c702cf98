resource "aws_cognito_user_pool" "shop" {
  name                       = "shop"
  sms_authentication_message = "Your code" #~ ERROR message-template-placeholder-missing
}
