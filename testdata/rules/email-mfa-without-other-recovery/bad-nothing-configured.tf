# Nothing is said of recovery.

resource "aws_cognito_user_pool" "shop" { #~ ERROR email-mfa-without-other-recovery
  name                     = "shop"
  mfa_configuration        = "OPTIONAL"
  auto_verified_attributes = ["email"]

  email_mfa_configuration {
    message = "Your code is {####}"
    subject = "Your code"
  }

  email_configuration {
    email_sending_account = "DEVELOPER"
    source_arn            = "arn:aws:ses:eu-west-1:111122223333:identity/shop.example.com"
    from_email_address    = "no-reply@shop.example.com"
  }
}
