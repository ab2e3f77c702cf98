variable "trigger" {
  type = string
}

resource "aws_cognito_user_pool" "this" {
  name = "pool"

  lambda_config {
    pre_sign_up = var.trigger
  }
}
