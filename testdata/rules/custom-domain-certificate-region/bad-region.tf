# Ireland.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
}

resource "aws_cognito_user_pool_domain" "domain" {
  user_pool_id    = aws_cognito_user_pool.pool.id
  domain          = "auth.shop.example.com"
  certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/1b2c" #~ ERROR custom-domain-certificate-region
}
