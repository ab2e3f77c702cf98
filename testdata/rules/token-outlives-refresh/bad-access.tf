# Two hours against 90 minutes.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
}

resource "aws_cognito_user_pool_client" "client" {
  name                   = "client"
  user_pool_id           = aws_cognito_user_pool.pool.id
  access_token_validity  = 2 #~ ERROR token-outlives-refresh
  refresh_token_validity = 90
  token_validity_units {
    refresh_token = "minutes"
  }
}
