# One function of the input.

resource "aws_lambda_function" "first" {
  function_name = "first"
  handler       = "index.handler"
  role          = "arn:aws:iam::111122223333:role/lambda"
  runtime       = "nodejs22.x"
  filename      = "function.zip"
}

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
  lambda_config {
    pre_token_generation = aws_lambda_function.first.arn
    pre_token_generation_config {
      lambda_arn     = aws_lambda_function.first.arn
      lambda_version = "V2_0"
    }
  }
}

resource "aws_lambda_permission" "first_permission" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.first.arn
  principal     = "cognito-idp.amazonaws.com"
  source_arn    = aws_cognito_user_pool.pool.arn
}
