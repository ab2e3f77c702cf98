# The policy is written with a data source, and allows one topic.

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

data "aws_iam_policy_document" "send" {
  statement {
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alerts.arn]
  }
}

resource "aws_sns_topic" "alerts" {
  name = "alerts"
}

resource "aws_iam_role_policy" "sms" {
  role   = aws_iam_role.sms.name
  policy = data.aws_iam_policy_document.send.json
}

resource "aws_cognito_user_pool" "shop" {
  name                     = "shop"
  auto_verified_attributes = ["phone_number"]
  sms_configuration {
    sns_caller_arn = aws_iam_role.sms.arn #~ ERROR sms-role-cannot-publish
    external_id    = "shop-sms"
  }
}
