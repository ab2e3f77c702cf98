# Another account, and the Region is known.

provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["111122223333"]
}

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
}

resource "aws_cognito_user_group" "admins" {
  user_pool_id = aws_cognito_user_pool.pool.id
  role_arn     = "arn:aws:iam::777788889999:role/admins" #~ ERROR group-role-in-other-account
  name         = "admins"
}
