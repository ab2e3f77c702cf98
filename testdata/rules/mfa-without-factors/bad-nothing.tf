# No factor block at all.

resource "aws_cognito_user_pool" "shop" {
  name              = "shop"
  mfa_configuration = "OPTIONAL" #~ ERROR mfa-without-factors
}
