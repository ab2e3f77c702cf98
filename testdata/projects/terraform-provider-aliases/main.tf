# One module in two Regions: which function fits depends on the provider that the call passes.

variable "home" {
  type = string
}

provider "aws" {
  region = var.home

  assume_role {
    role_arn = "arn:aws:iam::111122223333:role/deploy-${terraform.workspace}"
  }
}

provider "aws" {
  alias  = "us"
  region = "us-east-1"
}

module "europe" {
  source  = "./pool"
  trigger = "arn:aws:lambda:us-east-1:111122223333:function:sign-up"
}

module "america" {
  source  = "./pool"
  trigger = "arn:aws:lambda:us-east-1:111122223333:function:sign-up"

  providers = {
    aws = aws.us
  }
}

resource "aws_cognito_user_pool" "here" {
  provider = aws.us
  name     = "here"

  lambda_config {
    pre_sign_up = "arn:aws:lambda:eu-west-1:111122223333:function:sign-up"
  }
}

# Version 6 of the provider: a Region for one resource.
resource "aws_cognito_user_pool" "there" {
  region = "eu-central-1"
  name   = "there"

  lambda_config {
    pre_sign_up = "arn:aws:lambda:eu-central-1:111122223333:function:sign-up"
  }
}
