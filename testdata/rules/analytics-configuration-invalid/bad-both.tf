# Both ways.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
}

resource "aws_cognito_user_pool_client" "client" {
  name         = "client"
  user_pool_id = aws_cognito_user_pool.pool.id
  analytics_configuration { #~ ERROR analytics-configuration-invalid
    application_arn = "arn:aws:mobiletargeting:us-east-1:111122223333:apps/abc"
    application_id  = "abc"
    external_id     = "shop"
    role_arn        = "arn:aws:iam::111122223333:role/pinpoint"
  }
}
