resource "aws_cognito_user_pool" "shop" {
  name                     = "shop"
  auto_verified_attributes = var.verified

  account_recovery_setting {
    recovery_mechanism {
      name     = "verified_email"
      priority = 1
    }
  }
}

variable "verified" {
  type = list(string)
}
