resource "aws_cognito_user_pool" "shop" { #~ WARNING legacy-recovery-shares-sms-factor
  name                     = "shop"
  mfa_configuration        = "ON"
  auto_verified_attributes = ["email"]

  sms_configuration {
    sns_caller_arn = "arn:aws:iam::111122223333:role/sms"
    external_id    = "shop-sms"
  }

  software_token_mfa_configuration {
    enabled = true
  }
}
