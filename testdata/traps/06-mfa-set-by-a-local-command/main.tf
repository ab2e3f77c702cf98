# A command sets the MFA configuration after the pool was created: what the configuration says is not what will be.
resource "aws_cognito_user_pool" "shop" {
  name              = "shop"
  mfa_configuration = "OPTIONAL"
}

resource "terraform_data" "mfa" {
  triggers_replace = aws_cognito_user_pool.shop.id

  provisioner "local-exec" {
    command = "aws cognito-idp set-user-pool-mfa-config --user-pool-id ${aws_cognito_user_pool.shop.id} --mfa-configuration OPTIONAL --software-token-mfa-configuration Enabled=true"
  }
}
