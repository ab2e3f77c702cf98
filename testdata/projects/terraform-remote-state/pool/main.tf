# The state is that of ../roles: the same bucket and the same key.

data "terraform_remote_state" "roles" {
  backend = "s3"
  config = {
    bucket = "shop-terraform-state"
    key    = "roles/terraform.tfstate"
    region = "eu-west-1"
  }
}

resource "aws_cognito_user_pool" "shop" {
  name                     = "shop"
  mfa_configuration        = "OPTIONAL"
  auto_verified_attributes = ["email"]

  account_recovery_setting {
    recovery_mechanism {
      name     = "verified_email"
      priority = 1
    }
  }

  sms_configuration {
    external_id    = "shop-text"
    sns_caller_arn = data.terraform_remote_state.roles.outputs.sms_role_arn
  }
}

# Another key is another state, and nobody here knows what it holds.
data "terraform_remote_state" "others" {
  backend = "s3"
  config = {
    bucket = "shop-terraform-state"
    key    = "others/terraform.tfstate"
    region = "eu-west-1"
  }
}

resource "aws_cognito_user_pool" "others" {
  name                     = "others"
  mfa_configuration        = "OPTIONAL"
  auto_verified_attributes = ["email"]

  account_recovery_setting {
    recovery_mechanism {
      name     = "verified_email"
      priority = 1
    }
  }

  sms_configuration {
    external_id    = "others-text"
    sns_caller_arn = data.terraform_remote_state.others.outputs.sms_role_arn
  }
}

output "mfa" {
  value = "OPTIONAL"
}
