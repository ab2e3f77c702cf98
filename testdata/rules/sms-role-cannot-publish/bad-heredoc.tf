# A policy as text, with a hole where the account stands.

resource "aws_iam_role" "sms" {
  name = "shop-sms"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "cognito-idp.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "sts:ExternalId" = "shop-sms" } }
    }]
  })
}

data "aws_caller_identity" "current" {}

resource "aws_iam_role_policy" "sms" {
  role   = aws_iam_role.sms.id
  policy = <<-JSON
    {
      "Version": "2012-10-17",
      "Statement": [{
        "Effect": "Allow",
        "Action": "sns:Publish",
        "Resource": "arn:aws:sns:*:${data.aws_caller_identity.current.account_id}:*"
      }]
    }
  JSON
}

resource "aws_cognito_user_pool" "shop" {
  name                     = "shop"
  auto_verified_attributes = ["phone_number"]
  sms_configuration {
    sns_caller_arn = aws_iam_role.sms.arn #~ ERROR sms-role-cannot-publish
    external_id    = "shop-sms"
  }
}
