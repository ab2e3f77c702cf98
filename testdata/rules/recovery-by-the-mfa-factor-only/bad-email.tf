resource "aws_cognito_user_pool" "shop" {
  name                     = "shop"
  mfa_configuration        = "ON"
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

  account_recovery_setting {
    recovery_mechanism { #~ WARNING recovery-by-the-mfa-factor-only
      name     = "verified_email"
      priority = 1
    }
    recovery_mechanism {
      name     = "verified_phone_number"
      priority = 2
    }
  }
}
