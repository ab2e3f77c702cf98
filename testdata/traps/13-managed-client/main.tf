# A managed client was made by another service: what is not written keeps what that service has set.
resource "aws_cognito_user_pool" "shop" {
  name              = "shop"
  mfa_configuration = "OPTIONAL"
  software_token_mfa_configuration {
    enabled = true
  }
}

resource "aws_cognito_managed_user_pool_client" "search" {
  user_pool_id                         = aws_cognito_user_pool.shop.id
  name_prefix                          = "AmazonOpenSearchService-shop"
  allowed_oauth_flows_user_pool_client = true
  allowed_oauth_flows                  = ["code"]
  allowed_oauth_scopes                 = ["openid"]
}
