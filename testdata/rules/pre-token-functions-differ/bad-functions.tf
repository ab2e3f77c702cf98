# Two functions.

resource "aws_lambda_function" "first" {
  function_name = "first"
  handler       = "index.handler"
  role          = "arn:aws:iam::111122223333:role/lambda"
  runtime       = "nodejs22.x"
  filename      = "function.zip"
}

resource "aws_lambda_function" "second" {
  function_name = "second"
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
      lambda_arn     = aws_lambda_function.second.arn #~ ERROR pre-token-functions-differ
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

resource "aws_lambda_permission" "second_permission" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.second.arn
  principal     = "cognito-idp.amazonaws.com"
  source_arn    = aws_cognito_user_pool.pool.arn
}
