resource "aws_cognito_user_pool" "shop" {
  name = "shop"

  admin_create_user_config {
    allow_admin_create_user_only = true
  }
}
