# Nothing says which account this is.

resource "aws_cognito_user_pool" "shop" {
  name                     = "shop"
  auto_verified_attributes = ["phone_number"]
  sms_configuration {
    sns_caller_arn = "arn:aws:iam::999988887777:role/shop-sms"
    external_id    = "shop-sms"
  }
}
