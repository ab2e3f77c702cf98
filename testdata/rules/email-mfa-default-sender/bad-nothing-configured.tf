# A pool that says nothing of email sends with Amazon Cognito's address.

resource "aws_cognito_user_pool" "shop" { #~ ERROR email-mfa-default-sender
  name                     = "shop"
  mfa_configuration        = "OPTIONAL"
  auto_verified_attributes = ["email"]

  email_mfa_configuration {
    message = "Your code is {####}"
    subject = "Your code"
  }

  account_recovery_setting {
    recovery_mechanism {
      name     = "verified_email"
      priority = 1
    }
    recovery_mechanism {
      name     = "verified_phone_number"
      priority = 2
    }
  }
}
