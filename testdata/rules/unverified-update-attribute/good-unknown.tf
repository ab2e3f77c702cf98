resource "aws_cognito_user_pool" "shop" {
  name                     = "shop"
  auto_verified_attributes = var.verified

  user_attribute_update_settings {
    attributes_require_verification_before_update = ["email"]
  }
}

variable "verified" {
  type = list(string)
}
