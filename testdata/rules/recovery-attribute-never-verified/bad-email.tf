resource "aws_cognito_user_pool" "shop" {
  name = "shop"

  account_recovery_setting {
    recovery_mechanism { #~ NOTE recovery-attribute-never-verified
      name     = "verified_email"
      priority = 1
    }
  }
}
