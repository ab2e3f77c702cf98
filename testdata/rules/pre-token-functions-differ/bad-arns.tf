# Two ARNs.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
  lambda_config {
    pre_token_generation = "arn:aws:lambda:us-east-1:111122223333:function:a"
    pre_token_generation_config {
      lambda_arn     = "arn:aws:lambda:us-east-1:111122223333:function:b" #~ ERROR pre-token-functions-differ
      lambda_version = "V2_0"
    }
  }
}
