variable "mfa" {
  type = string
}

variable "tier" {
  type = string
}

variable "name" {
  type = string
}

variable "clients" {
  type = any
}

variable "least_length" {
  type    = number
  default = 2
}

variable "protection" {
  type    = list(object({ on = bool }))
  default = [{ on = true }]
}

resource "aws_cognito_user_pool" "this" {
  name              = var.name
  user_pool_tier    = var.tier
  mfa_configuration = var.mfa

  password_policy {
    minimum_length = var.least_length
  }

  dynamic "user_pool_add_ons" {
    for_each = var.protection
    content {
      advanced_security_mode = user_pool_add_ons.value.on ? "ENFORCED" : "OFF"
    }
  }
}

resource "aws_cognito_user_pool_client" "this" {
  for_each              = var.clients
  name                  = each.value.name
  user_pool_id          = aws_cognito_user_pool.this.id
  access_token_validity = each.value.minutes

  token_validity_units {
    access_token = "minutes"
  }
}
