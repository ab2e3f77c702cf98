# A pool whose Region nobody says.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
  lambda_config {
    pre_sign_up = "arn:aws:lambda:eu-west-1:111122223333:function:f"
  }
}
