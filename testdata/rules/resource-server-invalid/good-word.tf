# A word.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
}

resource "aws_cognito_resource_server" "api" {
  user_pool_id = aws_cognito_user_pool.pool.id
  identifier   = "shop"
  name         = "shop"
  scope {
    scope_name        = "read"
    scope_description = "Orders"
  }
}
