# The role comes from a module beside this one.

module "role" {
  source = "./role"
}

resource "aws_cognito_user_pool" "shop" {
  name                     = "shop"
  auto_verified_attributes = ["phone_number"]
  sms_configuration {
    sns_caller_arn = module.role.arn #~ ERROR sms-role-cannot-publish
    external_id    = "shop-sms"
  }
}
