# The id token.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
}

resource "aws_cognito_user_pool_client" "client" {
  name                   = "client"
  user_pool_id           = aws_cognito_user_pool.pool.id
  id_token_validity      = 600 #~ ERROR token-outlives-refresh
  refresh_token_validity = 4
  token_validity_units {
    id_token      = "minutes"
    refresh_token = "hours"
  }
}
