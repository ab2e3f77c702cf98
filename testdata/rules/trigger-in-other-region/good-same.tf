# The same Region.

provider "aws" {
  region = "us-east-1"
}

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
  lambda_config {
    pre_sign_up       = "arn:aws:lambda:us-east-1:111122223333:function:f"
    post_confirmation = "arn:aws:lambda:us-east-1:111122223333:function:f"
  }
}
