# count = 0 and an empty for_each: these pools do not exist.
resource "aws_cognito_user_pool" "none" {
  count             = 0
  name              = "none"
  mfa_configuration = "ON"
}

resource "aws_cognito_user_pool" "nobody" {
  for_each          = toset([])
  name              = each.key
  mfa_configuration = "ON"
}
