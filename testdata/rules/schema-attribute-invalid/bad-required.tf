resource "aws_cognito_user_pool" "shop" {
  name = "shop"

  schema {
    name                = "team"
    attribute_data_type = "String"
    required            = true #~ ERROR schema-attribute-invalid
  }
}
