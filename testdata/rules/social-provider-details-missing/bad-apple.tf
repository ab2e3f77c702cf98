# A secret where a key belongs.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
}

resource "aws_cognito_identity_provider" "provider" {
  user_pool_id  = aws_cognito_user_pool.pool.id
  provider_name = "SignInWithApple"
  provider_type = "SignInWithApple"
  provider_details = { #~ ERROR social-provider-details-missing
    client_id        = "com.example.shop"
    team_id          = "ABCDE12345"
    key_id           = "KEY1234567"
    authorize_scopes = "email name"
    client_secret    = "x"
  }
}
