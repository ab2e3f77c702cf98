resource "aws_cognito_user_pool" "shop" {
  name              = "shop"
  mfa_configuration = "ON"

  software_token_mfa_configuration {
    enabled = true
  }

  web_authn_configuration {
    relying_party_id  = "shop.example.com"
    user_verification = "preferred"
  }

  sign_in_policy {
    allowed_first_auth_factors = ["WEB_AUTHN", "PASSWORD"] #~ ERROR passkey-single-factor-with-required-mfa
  }
}
