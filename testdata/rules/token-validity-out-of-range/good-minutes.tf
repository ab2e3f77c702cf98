# With its unit.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
}

resource "aws_cognito_user_pool_client" "client" {
  name                  = "client"
  user_pool_id          = aws_cognito_user_pool.pool.id
  access_token_validity = 60
  token_validity_units {
    access_token = "minutes"
  }
}
