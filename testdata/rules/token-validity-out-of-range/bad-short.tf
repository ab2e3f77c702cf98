# Too short.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
}

resource "aws_cognito_user_pool_client" "client" {
  name                   = "client"
  user_pool_id           = aws_cognito_user_pool.pool.id
  id_token_validity      = 3 #~ ERROR token-validity-out-of-range
  refresh_token_validity = 30 #~ ERROR token-validity-out-of-range
  token_validity_units {
    id_token      = "minutes"
    refresh_token = "minutes"
  }
}
