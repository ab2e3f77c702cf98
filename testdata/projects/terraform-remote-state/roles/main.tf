# The roles of all teams are applied by themselves; other root modules read their state.

terraform {
  backend "s3" {
    bucket = "shop-terraform-state"
    key    = "roles/terraform.tfstate"
    region = "eu-west-1"
  }
}

resource "aws_iam_role" "sms" {
  name = "shop-sms"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "cognito-idp.amazonaws.com" }
      Condition = { StringEquals = { "sts:ExternalId" = "shop-sms" } }
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

output "sms_role_arn" {
  value = aws_iam_role.sms.arn
}
