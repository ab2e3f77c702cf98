output "sms_role_arn" {
  value = aws_iam_role.sms.arn
}
