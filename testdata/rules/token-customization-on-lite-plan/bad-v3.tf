# Version 3.

resource "aws_cognito_user_pool" "pool" {
  name           = "pool"
  user_pool_tier = "LITE"
  lambda_config {
    pre_token_generation_config {
      lambda_arn     = "arn:aws:lambda:us-east-1:111122223333:function:tokens"
      lambda_version = "V3_0" #~ ERROR token-customization-on-lite-plan
    }
  }
}
