resource "aws_cognito_user_pool" "shop" {
  name = "shop"

  sign_in_policy {
    allowed_first_auth_factors = ["PASSWORD", "WEB_AUTHN"]
  }
}

resource "aws_cognito_user_pool_domain" "shop" {
  domain       = "shop"
  user_pool_id = aws_cognito_user_pool.shop.id
}
