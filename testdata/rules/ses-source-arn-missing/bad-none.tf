# No identity.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
  email_configuration {
    email_sending_account = "DEVELOPER" #~ ERROR ses-source-arn-missing
  }
}
