# A wrapper as people publish them: everything is a variable, and whether a block is there depends on whether its
# attributes are empty.

variable "pool_name" {
  type = string
}

variable "sms_configuration" {
  description = "Who sends text messages."
  type        = map(any)
  default     = {}
}

variable "sms_configuration_external_id" {
  type    = string
  default = ""
}

variable "sms_configuration_sns_caller_arn" {
  type    = string
  default = ""
}

locals {
  sms = {
    external_id    = lookup(var.sms_configuration, "external_id", var.sms_configuration_external_id)
    sns_caller_arn = lookup(var.sms_configuration, "sns_caller_arn", var.sms_configuration_sns_caller_arn)
  }
  sms_configuration = local.sms.external_id == "" || local.sms.sns_caller_arn == "" ? [] : [local.sms]
}

resource "aws_cognito_user_pool" "this" {
  name                     = var.pool_name
  mfa_configuration        = "OPTIONAL"
  auto_verified_attributes = ["email"]

  account_recovery_setting {
    recovery_mechanism {
      name     = "verified_email"
      priority = 1
    }
  }

  dynamic "sms_configuration" {
    for_each = local.sms_configuration
    content {
      external_id    = sms_configuration.value.external_id
      sns_caller_arn = sms_configuration.value.sns_caller_arn
    }
  }
}
