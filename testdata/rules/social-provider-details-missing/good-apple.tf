# All of them.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
}

resource "aws_cognito_identity_provider" "provider" {
  user_pool_id  = aws_cognito_user_pool.pool.id
  provider_name = "SignInWithApple"
  provider_type = "SignInWithApple"
  provider_details = {
    client_id        = "com.example.shop"
    team_id          = "ABCDE12345"
    key_id           = "KEY1234567"
    private_key      = "{{resolve:secretsmanager:apple}}"
    authorize_scopes = "email name"
  }
}
