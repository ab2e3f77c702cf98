data "aws_iam_role" "sms" {
  name = "sender"
}

resource "aws_cognito_user_pool" "shop" {
  name                     = "shop"
  auto_verified_attributes = ["phone_number"]
  sms_configuration {
    sns_caller_arn = data.aws_iam_role.sms.arn
    external_id    = "shop-sms"
  }
}
