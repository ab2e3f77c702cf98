# Mode and factors move together.

variable "mfa" {
  type    = bool
  default = false
}

resource "aws_cognito_user_pool" "shop" {
  name              = "shop"
  mfa_configuration = var.mfa ? "ON" : "OFF"

  dynamic "software_token_mfa_configuration" {
    for_each = var.mfa ? [true] : []
    content {
      enabled = true
    }
  }
}
