# No MFA, no factors.
resource "aws_cognito_user_pool" "shop" {
  name              = "shop"
  mfa_configuration = "OFF"
}
