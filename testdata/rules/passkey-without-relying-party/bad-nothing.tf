resource "aws_cognito_user_pool" "shop" {
  name = "shop"

  sign_in_policy {
    allowed_first_auth_factors = ["PASSWORD", "WEB_AUTHN"] #~ WARNING passkey-without-relying-party
  }
}
