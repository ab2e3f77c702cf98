# A known action.

resource "aws_cognito_user_pool" "pool" {
  name           = "pool"
  user_pool_tier = "PLUS"
  user_pool_add_ons {
    advanced_security_mode = "ENFORCED"
  }
}

resource "aws_cognito_risk_configuration" "risk" {
  user_pool_id = aws_cognito_user_pool.pool.id
  account_takeover_risk_configuration {
    actions {
      high_action {
        event_action = "MFA_REQUIRED"
        notify       = false
      }
    }
    notify_configuration {
      source_arn = "arn:aws:ses:us-east-1:111122223333:identity/shop.example.com"
    }
  }
}
