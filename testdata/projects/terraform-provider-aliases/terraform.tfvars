home = "eu-west-1"
