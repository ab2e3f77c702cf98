resource "aws_cognito_user_pool" "shop" {
  name = "shop"

  schema {
    name                = "age"
    attribute_data_type = "Number"

    number_attribute_constraints {
      min_value = "10" #~ ERROR schema-attribute-invalid
      max_value = "9"
    }
  }
}
