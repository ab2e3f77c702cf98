# A null that is passed to a module becomes the variable's default where the variable is not nullable.
provider "aws" {
  region = "eu-west-1"
}

module "pool" {
  source = "./pool"
  mode   = null
}
