resource "aws_cognito_user_pool" "shop" {
  name = "shop"

  schema { #~ WARNING schema-attribute-without-type
    name     = "email"
    required = true
  }
}
