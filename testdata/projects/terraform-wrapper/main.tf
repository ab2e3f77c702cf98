variable "text_messages" {
  type = object({ external_id = string })
}

provider "aws" {
  region = "eu-west-1"
}

module "pool" {
  source    = "./pool"
  pool_name = "customers"

  sms_configuration = {
    sns_caller_arn = aws_iam_role.sms.arn
    external_id    = var.text_messages.external_id
  }
}

resource "aws_iam_role" "sms" {
  name = "customers-sms"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "cognito-idp.amazonaws.com" }
      Condition = { StringEquals = { "sts:ExternalId" = "customers-sms" } }
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
