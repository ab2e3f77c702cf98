resource "aws_cognito_user_pool" "shop" {
  name = "shop"

  verification_message_template {
    email_message = "hello there" #~ ERROR message-template-placeholder-missing
  }
}
