resource "aws_cognito_user_pool" "shop" {
  name                     = "shop"
  auto_verified_attributes = ["email"]

  account_recovery_setting {
    recovery_mechanism {
      name     = "admin_only"
      priority = 1
    }
  }
}
