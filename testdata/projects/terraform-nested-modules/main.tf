# One brand's pool for each entry: what is wrong in the pools is written in prod.auto.tfvars and here.

variable "brands" {
  type = map(object({
    mfa  = string
    tier = optional(string, "LITE")
  }))
}

module "brand" {
  for_each = var.brands
  source   = "./brand"
  mfa      = each.value.mfa
  settings = merge({ tier = each.value.tier }, { name = each.key })

  clients = [
    { name = "web", minutes = 10 },
    { name = "app", minutes = 2 },
  ]
}
