# A role of an identity pool.

resource "aws_iam_role" "sms" {
  name = "shop-sms"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = "cognito-identity.amazonaws.com" }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = { StringEquals = { "cognito-identity.amazonaws.com:aud" = "us-east-1:00000000-0000-0000-0000-000000000000" } }
    }]
  })
}

resource "aws_iam_role_policy" "sms" {
  role = aws_iam_role.sms.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sns:Publish", Resource = "*" }]
  })
}

resource "aws_cognito_user_pool" "shop" {
  name                     = "shop"
  auto_verified_attributes = ["phone_number"]
  sms_configuration {
    sns_caller_arn = aws_iam_role.sms.arn #~ ERROR sms-role-not-assumable
    external_id    = "shop-sms"
  }
}
