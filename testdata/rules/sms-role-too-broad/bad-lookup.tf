# A policy of AWS, looked up by its name.

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

data "aws_iam_policy" "power" {
  name = "PowerUserAccess"
}

resource "aws_iam_role_policy_attachment" "sms" {
  role       = aws_iam_role.sms.name
  policy_arn = data.aws_iam_policy.power.arn #~ NOTE sms-role-too-broad
}

resource "aws_cognito_user_pool" "shop" {
  name                     = "shop"
  auto_verified_attributes = ["phone_number"]
  sms_configuration {
    sns_caller_arn = aws_iam_role.sms.arn
    external_id    = "shop-sms"
  }
}
