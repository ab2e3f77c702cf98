# Whether there is an SMS configuration depends on a list that nobody knows.
variable "sms" {
  type = list(object({ arn = string, external_id = string }))
}

resource "aws_cognito_user_pool" "shop" {
  name                     = "shop"
  mfa_configuration        = "ON"
  auto_verified_attributes = ["phone_number"]

  dynamic "sms_configuration" {
    for_each = var.sms
    content {
      sns_caller_arn = sms_configuration.value.arn
      external_id    = sms_configuration.value.external_id
    }
  }
}
