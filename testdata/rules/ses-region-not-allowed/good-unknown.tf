# A pool whose Region nobody says.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
  email_configuration {
    email_sending_account = "DEVELOPER"
    source_arn            = "arn:aws:ses:ap-southeast-1:111122223333:identity/shop.example.com"
    from_email_address    = "no-reply@shop.example.com"
  }
}
