resource "aws_cognito_user_pool" "shop" {
  name                     = "shop"
  mfa_configuration        = null
  user_pool_tier           = null
  auto_verified_attributes = null
}
