# The domain above the identity.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
  email_configuration {
    email_sending_account = "DEVELOPER"
    source_arn            = "arn:aws:ses:us-east-1:111122223333:identity/shop.example.com"
    from_email_address    = "Shop <no-reply@example.com>" #~ WARNING ses-identity-mismatch
  }
}
