variable "mode" {}
variable "plan" {}
variable "role_arn" {}
variable "totp" {}

resource "aws_cognito_user_pool" "shop" {
  name              = "shop"
  mfa_configuration = var.mode
  user_pool_tier    = var.plan
  software_token_mfa_configuration {
    enabled = var.totp
  }
  sms_configuration {
    sns_caller_arn = var.role_arn
    external_id    = "shop-sms"
  }
}
