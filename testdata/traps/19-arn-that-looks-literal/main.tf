# An ARN with the shape of a literal: the account and the name in it are unknown.
variable "name" {
  type = string
}

data "aws_caller_identity" "current" {}

resource "aws_iam_role" "sms" {
  name = "shop-sms"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_cognito_user_pool" "shop" {
  name                     = "shop"
  auto_verified_attributes = ["phone_number"]
  sms_configuration {
    sns_caller_arn = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:role/${var.name}"
    external_id    = "shop-sms"
  }
}
