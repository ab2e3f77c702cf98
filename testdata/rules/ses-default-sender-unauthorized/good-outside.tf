# An identity that is not in the input.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
  email_configuration {
    email_sending_account = "COGNITO_DEFAULT"
    source_arn            = "arn:aws:ses:us-east-1:111122223333:identity/shop.example.com"
  }
}
