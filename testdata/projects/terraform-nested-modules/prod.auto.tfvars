brands = {
  shop = {
    mfa = "on"
  }
}
