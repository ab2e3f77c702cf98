resource "aws_cognito_user_pool" "shop" {
  name                     = "shop"
  mfa_configuration        = "ON"
  auto_verified_attributes = ["email"]

  sms_configuration {
    sns_caller_arn = "arn:aws:iam::111122223333:role/sms"
    external_id    = "shop-sms"
  }

  account_recovery_setting {
    recovery_mechanism {
      name     = "verified_email"
      priority = 1
    }
  }
}
