# The pool has no threat protection.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
}

resource "aws_cognito_risk_configuration" "risk" {
  user_pool_id = aws_cognito_user_pool.pool.id #~ ERROR risk-configuration-without-threat-protection
  compromised_credentials_risk_configuration {
    actions {
      event_action = "BLOCK"
    }
  }
}
