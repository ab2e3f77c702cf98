# The Lite plan.

resource "aws_cognito_user_pool" "pool" {
  name           = "pool"
  user_pool_tier = "LITE"
}

resource "aws_cognito_log_delivery_configuration" "logs" {
  user_pool_id = aws_cognito_user_pool.pool.id
  log_configurations { #~ ERROR log-streaming-without-plus-plan
    event_source = "userAuthEvents"
    log_level    = "INFO"
    cloud_watch_logs_configuration {
      log_group_arn = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/vendedlogs/shop"
    }
  }
}
