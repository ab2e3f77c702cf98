variable "mode" {
  type     = string
  default  = "OPTIONAL"
  nullable = false
}

resource "aws_cognito_user_pool" "shop" {
  name              = "shop"
  mfa_configuration = var.mode
  software_token_mfa_configuration {
    enabled = true
  }
}
