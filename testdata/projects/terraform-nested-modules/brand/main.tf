variable "mfa" {
  type = string
}

variable "settings" {
  type = object({
    name = string
    tier = string
  })
}

variable "clients" {
  type = list(object({
    name    = string
    minutes = number
  }))
}

locals {
  mfa = upper(var.mfa)
}

module "pool" {
  source  = "../pool"
  mfa     = local.mfa
  tier    = var.settings.tier
  name    = "${var.settings.name}-pool"
  clients = { for client in var.clients : client.name => client }
}
