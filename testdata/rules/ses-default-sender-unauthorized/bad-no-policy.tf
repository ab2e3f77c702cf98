# No policy.

resource "aws_sesv2_email_identity" "mail" {
  email_identity = "shop.example.com"
}

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
  email_configuration {
    email_sending_account = "COGNITO_DEFAULT"
    source_arn            = "arn:aws:ses:us-east-1:111122223333:identity/shop.example.com" #~ WARNING ses-default-sender-unauthorized
  }
}
