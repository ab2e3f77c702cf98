resource "aws_cognito_user_pool" "shop" {
  name                     = "shop"
  auto_verified_attributes = ["email"]

  account_recovery_setting {
    recovery_mechanism {
      name     = "verified_email"
      priority = 1
    }
    recovery_mechanism { #~ ERROR recovery-mechanisms-invalid
      name     = "verified_email"
      priority = 2
    }
  }
}
