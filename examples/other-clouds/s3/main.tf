terraform {
  backend "s3" {
    bucket       = "contoso-state"
    key          = "shop.tfstate"
    region       = "eu-west-1"
    use_lockfile = true
  }
}

resource "terraform_data" "greeting" {
  input = "hello"
}
