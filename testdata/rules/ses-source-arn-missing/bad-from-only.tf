# A sender, but no identity.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
  email_configuration {
    email_sending_account = "DEVELOPER" #~ ERROR ses-source-arn-missing
    from_email_address    = "no-reply@shop.example.com"
  }
}
