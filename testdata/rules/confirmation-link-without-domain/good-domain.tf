# With a domain.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
  verification_message_template {
    default_email_option = "CONFIRM_WITH_LINK"
  }
}

resource "aws_cognito_user_pool_domain" "domain" {
  user_pool_id = aws_cognito_user_pool.pool.id
  domain       = "shop"
}
