resource "aws_cognito_user_pool" "shop" {
  name = "shop"

  web_authn_configuration {
    relying_party_id = "https://shop.example.com" #~ ERROR relying-party-invalid
  }
}
