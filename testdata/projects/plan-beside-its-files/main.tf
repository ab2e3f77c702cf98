variable "mfa" {
  type    = string
  default = "ON"
}

provider "aws" {
  region = "eu-west-1"
}

resource "aws_cognito_user_pool" "customers" {
  name              = "customers"
  mfa_configuration = var.mfa
}

resource "aws_cognito_user_pool" "staff" {
  name                     = "staff"
  mfa_configuration        = "OPTIONAL"
  auto_verified_attributes = ["email"]

  sms_configuration {
    sns_caller_arn = aws_iam_role.sms.arn
    external_id    = "staff-sms"
  }
}

resource "aws_iam_role" "sms" {
  name = "staff-sms"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "cognito-idp.amazonaws.com" }
      Condition = { StringEquals = { "sts:ExternalId" = "staff-text-messages" } }
    }]
  })

  inline_policy {
    name   = "sms"
    policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sns:Publish", Resource = "*" }] })
  }
}
