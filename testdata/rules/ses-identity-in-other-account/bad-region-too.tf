# Another account, and the Region is known.

provider "aws" {
  region              = "us-east-1"
  allowed_account_ids = ["111122223333"]
}

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
  email_configuration {
    email_sending_account = "DEVELOPER"
    source_arn            = "arn:aws:ses:us-east-1:777788889999:identity/shop.example.com" #~ ERROR ses-identity-in-other-account
    from_email_address    = "no-reply@shop.example.com"
  }
}
