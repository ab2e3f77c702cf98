# Which ways of recovery there are depends on a list that nobody knows.
variable "recovery" {
  type = list(string)
}

resource "aws_cognito_user_pool" "shop" {
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
    dynamic "recovery_mechanism" {
      for_each = var.recovery
      content {
        name     = recovery_mechanism.value
        priority = recovery_mechanism.key + 2
      }
    }
  }

  email_configuration {
    email_sending_account = "DEVELOPER"
    source_arn            = "arn:aws:ses:eu-west-1:111122223333:identity/shop.example.com"
    from_email_address    = "no-reply@shop.example.com"
  }
}
