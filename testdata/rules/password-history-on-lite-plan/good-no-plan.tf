resource "aws_cognito_user_pool" "shop" {
  name = "shop"

  password_policy {
    password_history_size = 5
  }
}
