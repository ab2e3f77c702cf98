resource "aws_cognito_user_pool" "shop" {
  name           = "shop"
  user_pool_tier = "LITE"

  password_policy {
    password_history_size = 0
  }
}
