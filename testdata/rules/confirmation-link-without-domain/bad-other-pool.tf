# The domain is another pool's.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
  verification_message_template {
    default_email_option = "CONFIRM_WITH_LINK" #~ WARNING confirmation-link-without-domain
  }
}

resource "aws_cognito_user_pool" "other" {
  name = "other"
}

resource "aws_cognito_user_pool_domain" "domain" {
  user_pool_id = aws_cognito_user_pool.other.id
  domain       = "shop"
}
