resource "aws_cognito_user_pool" "shop" {
  name = "shop"

  schema {
    name                     = "email"
    attribute_data_type      = "String"
    developer_only_attribute = true #~ ERROR schema-attribute-invalid
  }
}
