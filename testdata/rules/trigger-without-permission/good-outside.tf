# A function that is not in the input.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
  lambda_config {
    post_confirmation = "arn:aws:lambda:us-east-1:111122223333:function:f"
  }
}
