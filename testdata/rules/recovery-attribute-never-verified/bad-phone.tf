resource "aws_cognito_user_pool" "shop" {
  name                     = "shop"
  auto_verified_attributes = ["email"]

  account_recovery_setting {
    recovery_mechanism { #~ NOTE recovery-attribute-never-verified
      name     = "verified_phone_number"
      priority = 1
    }
  }
}
