# Another case.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
}

resource "aws_cognito_identity_provider" "google" {
  user_pool_id  = aws_cognito_user_pool.pool.id
  provider_name = "Google"
  provider_type = "Google"
  provider_details = {
    client_id        = "abc"
    client_secret    = "{{resolve:secretsmanager:google}}"
    authorize_scopes = "openid email"
  }
}

resource "aws_cognito_user_pool_client" "client" {
  name                         = "client"
  user_pool_id                 = aws_cognito_user_pool.pool.id
  supported_identity_providers = ["COGNITO", "google"] #~ ERROR unknown-identity-provider
}
