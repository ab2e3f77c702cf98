# A sender.

provider "aws" {
  region = "eu-west-1"
}

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
  lambda_config {
    custom_email_sender {
      lambda_arn     = "arn:aws:lambda:us-east-1:111122223333:function:f" #~ ERROR trigger-in-other-region
      lambda_version = "V1_0"
    }
    kms_key_id = "arn:aws:kms:us-east-1:111122223333:key/1b2c"
  }
}
