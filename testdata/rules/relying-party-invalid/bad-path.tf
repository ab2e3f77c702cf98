resource "aws_cognito_user_pool" "shop" {
  name = "shop"

  web_authn_configuration {
    relying_party_id = "shop.example.com/login" #~ ERROR relying-party-invalid
  }
}
