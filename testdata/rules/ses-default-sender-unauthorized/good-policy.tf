# The identity has a policy.

resource "aws_sesv2_email_identity" "mail" {
  email_identity = "shop.example.com"
}

resource "aws_sesv2_email_identity_policy" "mail" {
  email_identity = aws_sesv2_email_identity.mail.email_identity
  policy_name    = "cognito"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "email.cognito-idp.amazonaws.com" }
      Action    = ["ses:SendEmail", "ses:SendRawEmail"]
      Resource  = aws_sesv2_email_identity.mail.arn
    }]
  })
}

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
  email_configuration {
    email_sending_account = "COGNITO_DEFAULT"
    source_arn            = aws_sesv2_email_identity.mail.arn
  }
}
