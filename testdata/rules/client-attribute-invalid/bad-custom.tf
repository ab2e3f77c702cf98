# The prefix is missing.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
}

resource "aws_cognito_user_pool_client" "client" {
  name            = "client"
  user_pool_id    = aws_cognito_user_pool.pool.id
  read_attributes = ["email", "department"] #~ ERROR client-attribute-invalid
}
