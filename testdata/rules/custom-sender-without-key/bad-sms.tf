# Text messages.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
  lambda_config {
    custom_sms_sender {
      lambda_arn     = "arn:aws:lambda:us-east-1:111122223333:function:f" #~ ERROR custom-sender-without-key
      lambda_version = "V1_0"
    }
  }
}
