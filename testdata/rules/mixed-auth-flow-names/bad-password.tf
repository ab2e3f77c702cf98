# An old name.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
}

resource "aws_cognito_user_pool_client" "client" {
  name                = "client"
  user_pool_id        = aws_cognito_user_pool.pool.id
  explicit_auth_flows = ["USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] #~ ERROR mixed-auth-flow-names
}
