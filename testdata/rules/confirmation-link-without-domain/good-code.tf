# By code.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
  verification_message_template {
    default_email_option = "CONFIRM_WITH_CODE"
  }
}
