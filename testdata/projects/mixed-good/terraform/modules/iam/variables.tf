variable "prefix" {
  type = string
}

variable "external_id" {
  description = "What Amazon Cognito presents when it assumes the SMS role."
  type        = string
  default     = "cognito-sms"
}
