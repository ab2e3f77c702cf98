# Failed messages.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
}

resource "aws_cognito_log_delivery_configuration" "logs" {
  user_pool_id = aws_cognito_user_pool.pool.id
  log_configurations {
    event_source = "userNotification"
    log_level    = "ERROR"
    cloud_watch_logs_configuration {
      log_group_arn = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/vendedlogs/shop"
    }
  }
}
