# Plain HTTP.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
}

resource "aws_cognito_identity_provider" "provider" {
  user_pool_id  = aws_cognito_user_pool.pool.id
  provider_name = "Login"
  provider_type = "OIDC"
  provider_details = {
    client_id                 = "shop"
    client_secret             = "{{resolve:secretsmanager:oidc}}"
    authorize_scopes          = "openid email"
    oidc_issuer               = "http://login.example.com" #~ ERROR oidc-details-missing
    attributes_request_method = "GET"
  }
}
