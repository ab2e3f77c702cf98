# A URL.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
}

resource "aws_cognito_resource_server" "api" {
  user_pool_id = aws_cognito_user_pool.pool.id
  identifier   = "https://api.shop.example.com/"
  name         = "shop"
  scope {
    scope_name        = "orders.read"
    scope_description = "Orders"
  }
  scope {
    scope_name        = "orders:write"
    scope_description = "Orders"
  }
}
