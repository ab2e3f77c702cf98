# A second client of the same kind does not help. The pool offers authenticator apps, and tokens of managed login cannot set one up.

resource "aws_cognito_user_pool" "shop" {
  name              = "shop"
  mfa_configuration = "OPTIONAL"
  software_token_mfa_configuration {
    enabled = true
  }
}

resource "aws_cognito_user_pool_client" "web" {
  name                                 = "web"
  user_pool_id                         = aws_cognito_user_pool.shop.id
  allowed_oauth_flows_user_pool_client = true
  allowed_oauth_flows                  = ["code"]
  allowed_oauth_scopes                 = ["openid", "email"] #~ WARNING totp-scope-missing
  callback_urls                        = ["https://shop.example.com/callback"]
  supported_identity_providers         = ["COGNITO"]
}

resource "aws_cognito_user_pool_client" "mobile" {
  name                                 = "mobile"
  user_pool_id                         = aws_cognito_user_pool.shop.id
  allowed_oauth_flows_user_pool_client = true
  allowed_oauth_flows                  = ["code"]
  allowed_oauth_scopes                 = ["openid", "email"] #~ WARNING totp-scope-missing
  callback_urls                        = ["https://shop.example.com/callback"]
  supported_identity_providers         = ["COGNITO"]
}
