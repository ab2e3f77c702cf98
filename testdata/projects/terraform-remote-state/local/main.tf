# A state in a file: that of the root module which keeps it there.

data "terraform_remote_state" "pool" {
  backend = "local"
  config = {
    path = "../pool/terraform.tfstate"
  }
}

resource "aws_cognito_user_pool" "inside" {
  name                     = "inside"
  mfa_configuration        = data.terraform_remote_state.pool.outputs.mfa
  auto_verified_attributes = ["email"]

  account_recovery_setting {
    recovery_mechanism {
      name     = "verified_email"
      priority = 1
    }
  }
}
