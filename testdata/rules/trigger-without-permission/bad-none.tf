# No permission.

resource "aws_lambda_function" "greet" {
  function_name = "greet"
  handler       = "index.handler"
  role          = "arn:aws:iam::111122223333:role/lambda"
  runtime       = "nodejs22.x"
  filename      = "function.zip"
}

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
  lambda_config {
    post_confirmation = aws_lambda_function.greet.arn #~ WARNING trigger-without-permission
  }
}
