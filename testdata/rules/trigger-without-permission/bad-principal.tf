# The service of identity pools.

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
    pre_sign_up = aws_lambda_function.greet.arn #~ WARNING trigger-without-permission
  }
}

resource "aws_lambda_permission" "greet_permission" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.greet.arn
  principal     = "cognito-identity.amazonaws.com"
  source_arn    = aws_cognito_user_pool.pool.arn
}
