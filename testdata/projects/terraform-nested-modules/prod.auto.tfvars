brands = {
  shop = {
    mfa = "on"
  }
  club = {
    mfa  = "optional"
    tier = "ESSENTIALS"
  }
}
