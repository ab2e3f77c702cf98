resource "aws_cognito_user_pool" "shop" {
  name = "shop"

  schema {
    name                = "email"
    attribute_data_type = "String"
    required            = true
  }

  schema {
    name                = "team"
    attribute_data_type = "String"

    string_attribute_constraints {
      min_length = "1"
      max_length = "10"
    }
  }
}
