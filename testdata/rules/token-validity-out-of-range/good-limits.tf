# The limits themselves.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
}

resource "aws_cognito_user_pool_client" "client" {
  name                   = "client"
  user_pool_id           = aws_cognito_user_pool.pool.id
  access_token_validity  = 24
  id_token_validity      = 300
  refresh_token_validity = 3650
  token_validity_units {
    access_token  = "hours"
    id_token      = "seconds"
    refresh_token = "days"
  }
}
