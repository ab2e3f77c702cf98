resource "aws_cognito_user_pool" "shop" {
  name              = "shop"
  mfa_configuration = "OPTIONAL"

  sms_configuration { #~ ERROR sms-configuration-incomplete
    sns_caller_arn = "arn:aws:iam::111122223333:role/sms"
  }
}
