resource "user_pool" "ours" {
  name              = "a type of another provider"
  mfa_configuration = "ON"
}

resource "web_acl_association" "ours" {
  resource_arn = user_pool.ours.arn
}

resource "user_pool_client" "ours" {
  user_pool_id = user_pool.ours.id
}
