# Permissions name the function in every way that AWS knows: by its name, its ARN, and an alias that the trigger uses too.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
  lambda_config {
    pre_sign_up        = aws_lambda_function.by_name.arn
    post_confirmation  = aws_lambda_function.by_arn.arn
    pre_authentication = aws_lambda_alias.live.arn
  }
}

resource "aws_lambda_function" "by_name" {
  function_name = "by-name"
  handler       = "index.handler"
  role          = "arn:aws:iam::111122223333:role/lambda"
  runtime       = "nodejs22.x"
  filename      = "function.zip"
}

resource "aws_lambda_function" "by_arn" {
  function_name = "by-arn"
  handler       = "index.handler"
  role          = "arn:aws:iam::111122223333:role/lambda"
  runtime       = "nodejs22.x"
  filename      = "function.zip"
}

resource "aws_lambda_function" "aliased" {
  function_name = "aliased"
  handler       = "index.handler"
  role          = "arn:aws:iam::111122223333:role/lambda"
  runtime       = "nodejs22.x"
  filename      = "function.zip"
  publish       = true
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.aliased.function_name
  function_version = aws_lambda_function.aliased.version
}

resource "aws_lambda_permission" "by_name" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.by_name.function_name
  principal     = "cognito-idp.amazonaws.com"
  source_arn    = aws_cognito_user_pool.pool.arn
}

resource "aws_lambda_permission" "by_arn" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.by_arn.arn
  principal     = "cognito-idp.amazonaws.com"
}

resource "aws_lambda_permission" "aliased" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_alias.live.function_name
  qualifier     = aws_lambda_alias.live.name
  principal     = "cognito-idp.amazonaws.com"
  source_arn    = aws_cognito_user_pool.pool.arn
}
