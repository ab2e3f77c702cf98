# Ireland for a pool in Virginia.

provider "aws" {
  region = "us-east-1"
}

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
  lambda_config {
    pre_sign_up = "arn:aws:lambda:eu-west-1:111122223333:function:f" #~ ERROR trigger-in-other-region
  }
}
