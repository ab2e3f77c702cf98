# The identifier stands before the scope.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
}

resource "aws_cognito_resource_server" "api" {
  user_pool_id = aws_cognito_user_pool.pool.id
  identifier   = "shop"
  name         = "shop"
  scope {
    scope_name        = "shop/read" #~ ERROR resource-server-invalid
    scope_description = "Orders"
  }
}
