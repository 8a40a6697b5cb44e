# Nothing here names a credential: the variables of the step are enough.
terraform {
  backend "s3" {
    bucket       = "contoso-state"
    key          = "conformance.tfstate"
    region       = "eu-west-1"
    use_lockfile = true
  }
}
