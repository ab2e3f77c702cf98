# Whether there is an SMS configuration depends on a list that nobody knows.

variable "sms" {
  type = list(object({ role_arn = string, external_id = string }))
}

resource "aws_cognito_user_pool" "shop" {
  name              = "shop"
  mfa_configuration = "ON"

  dynamic "sms_configuration" {
    for_each = var.sms
    content {
      sns_caller_arn = sms_configuration.value.role_arn
      external_id    = sms_configuration.value.external_id
    }
  }
}
