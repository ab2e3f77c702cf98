# The role is missing.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
}

resource "aws_cognito_user_pool_client" "client" {
  name         = "client"
  user_pool_id = aws_cognito_user_pool.pool.id
  analytics_configuration { #~ ERROR analytics-configuration-invalid
    application_id = "abc"
    external_id    = "shop"
  }
}
