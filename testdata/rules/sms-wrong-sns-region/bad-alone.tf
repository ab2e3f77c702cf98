resource "aws_cognito_user_pool" "shop" {
  name              = "shop"
  mfa_configuration = "OPTIONAL"

  sms_configuration {
    sns_caller_arn = "arn:aws:iam::111122223333:role/sms"
    external_id    = "shop-sms"
    sns_region     = "ap-southeast-2" #~ ERROR sms-wrong-sns-region
  }
}

provider "aws" {
  region = "us-east-1"
}
