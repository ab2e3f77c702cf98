resource "aws_cognito_user_pool" "shop" {
  name = "shop"

  admin_create_user_config {
    invite_message_template {
      email_message = "Dear {username}, your password is {####}"
      email_subject = "Welcome"
      sms_message   = "{username}: {####}"
    }
  }
}
