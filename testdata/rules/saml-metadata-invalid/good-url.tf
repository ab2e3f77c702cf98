# A URL.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
}

resource "aws_cognito_identity_provider" "provider" {
  user_pool_id  = aws_cognito_user_pool.pool.id
  provider_name = "Okta"
  provider_type = "SAML"
  provider_details = {
    MetadataURL = "https://login.example.com/metadata.xml"
    IDPSignout  = "true"
  }
}
