# A first factor that nothing can send.

resource "aws_cognito_user_pool" "shop" {
  name = "shop"
  sign_in_policy {
    allowed_first_auth_factors = ["PASSWORD", "SMS_OTP"] #~ ERROR sms-configuration-missing
  }
}
