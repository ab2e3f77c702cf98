resource "aws_cognito_user_pool" "shop" {
  name = "shop"
}

resource "aws_cognito_user_pool_client" "web" {
  name         = "web"
  user_pool_id = aws_cognito_user_pool.shop.id
}
