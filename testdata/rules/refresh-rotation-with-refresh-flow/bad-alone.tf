# The flow alone.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
}

resource "aws_cognito_user_pool_client" "client" {
  name                = "client"
  user_pool_id        = aws_cognito_user_pool.pool.id
  explicit_auth_flows = ["ALLOW_REFRESH_TOKEN_AUTH"] #~ WARNING refresh-rotation-with-refresh-flow
  refresh_token_rotation {
    feature = "ENABLED"
  }
}
