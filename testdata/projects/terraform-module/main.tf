terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

provider "aws" {
  region = "eu-west-1"
}

locals {
  external_id = "shop-sms"
}

module "iam" {
  source = "./modules/iam"
  prefix = "shop"
}

resource "aws_cognito_user_pool" "customers" {
  name                     = "customers"
  mfa_configuration        = "OPTIONAL"
  auto_verified_attributes = ["email"]

  account_recovery_setting {
    recovery_mechanism {
      name     = "verified_email"
      priority = 1
    }
  }

  sms_configuration {
    sns_caller_arn = module.iam.sms_role_arn
    external_id    = local.external_id
  }
}
