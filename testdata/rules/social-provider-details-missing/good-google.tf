# All of them.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
}

resource "aws_cognito_identity_provider" "provider" {
  user_pool_id  = aws_cognito_user_pool.pool.id
  provider_name = "Google"
  provider_type = "Google"
  provider_details = {
    client_id        = "shop"
    client_secret    = "{{resolve:secretsmanager:social}}"
    authorize_scopes = "email"
  }
}
