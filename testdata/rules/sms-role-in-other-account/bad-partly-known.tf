provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["111122223333"]
}

variable "stage" {
  type = string
}

resource "aws_cognito_user_pool" "shop" {
  name                     = "shop"
  auto_verified_attributes = ["phone_number"]
  sms_configuration {
    sns_caller_arn = "arn:aws:iam::999988887777:role/${var.stage}-sms" #~ ERROR sms-role-in-other-account
    external_id    = "shop-sms"
  }
}
