# The secret is off.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
}

resource "aws_cognito_user_pool_client" "client" {
  name                                          = "client"
  user_pool_id                                  = aws_cognito_user_pool.pool.id
  generate_secret                               = false
  enable_propagate_additional_user_context_data = true #~ ERROR user-context-without-secret
}
