# No authenticator apps.

resource "aws_cognito_user_pool" "pool" {
  name = "pool"
}

resource "aws_wafv2_web_acl" "guard" {
  scope = "REGIONAL"
  default_action {
    allow {
    }
  }
  visibility_config {
    cloudwatch_metrics_enabled = false
    metric_name                 = "m"
    sampled_requests_enabled    = false
  }
  rule {
    name     = "geo"
    priority = 1
    action {
      captcha {
      }
    }
    statement {
      geo_match_statement {
        country_codes = ["US"]
      }
    }
    visibility_config {
      cloudwatch_metrics_enabled = false
      metric_name                 = "m"
      sampled_requests_enabled    = false
    }
  }
  name = "guard"
}

resource "aws_wafv2_web_acl_association" "guard_pool" {
  resource_arn = aws_cognito_user_pool.pool.arn
  web_acl_arn  = aws_wafv2_web_acl.guard.arn
}
