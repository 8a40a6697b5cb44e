terraform {
  backend "gcs" {
    bucket = "contoso-state"
    prefix = "shop"
  }
}

resource "terraform_data" "greeting" {
  input = "hello"
}
