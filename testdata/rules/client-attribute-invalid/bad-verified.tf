# A mark that only Amazon Cognito sets.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
}

resource "aws_cognito_user_pool_client" "client" {
  name             = "client"
  user_pool_id     = aws_cognito_user_pool.pool.id
  write_attributes = ["email", "email_verified"] #~ ERROR client-attribute-invalid
}
