resource "aws_cognito_user_pool" "shop" {
  name = "shop"

  user_pool_add_ons {
    advanced_security_mode = "OFF"
  }
}
