resource "aws_cognito_user_pool" "shop" {
  name           = "shop"
  user_pool_tier = "LITE" #~ ERROR passwordless-on-lite-plan

  web_authn_configuration {
    relying_party_id  = "shop.example.com"
    user_verification = "required"
  }

  sign_in_policy {
    allowed_first_auth_factors = ["PASSWORD", "WEB_AUTHN"]
  }
}
