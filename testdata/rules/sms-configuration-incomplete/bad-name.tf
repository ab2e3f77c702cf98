# A name where an ARN belongs.

resource "aws_cognito_user_pool" "shop" {
  name                     = "shop"
  auto_verified_attributes = ["phone_number"]

  sms_configuration {
    sns_caller_arn = "sms" #~ ERROR sms-configuration-incomplete
    external_id    = "shop-sms"
  }
}
