# By id.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
}

resource "aws_cognito_user_pool_client" "client" {
  name         = "client"
  user_pool_id = aws_cognito_user_pool.pool.id
  analytics_configuration {
    application_id = "abc"
    external_id    = "shop"
    role_arn       = "arn:aws:iam::111122223333:role/pinpoint"
  }
}
