resource "aws_cognito_user_pool" "shop" {
  name                = "shop"
  alias_attributes    = var.aliases
  username_attributes = ["email"]
}

variable "aliases" {
  type = list(string)
}
