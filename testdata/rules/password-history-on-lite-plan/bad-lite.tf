resource "aws_cognito_user_pool" "shop" {
  name           = "shop"
  user_pool_tier = "LITE" #~ ERROR password-history-on-lite-plan

  password_policy {
    minimum_length        = 12
    password_history_size = 5
  }
}
