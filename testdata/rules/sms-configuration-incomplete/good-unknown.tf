# Neither is known.

resource "aws_cognito_user_pool" "shop" {
  name              = "shop"
  mfa_configuration = "OPTIONAL"

  sms_configuration {
    sns_caller_arn = data.aws_iam_role.sms.arn
    external_id    = var.external_id
  }
}

data "aws_iam_role" "sms" {
  name = "sms"
}

variable "external_id" {
  type = string
}
