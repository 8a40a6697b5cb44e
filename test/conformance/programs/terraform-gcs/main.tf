# Nothing here names a credential: the variables of the step are enough.
terraform {
  backend "gcs" {
    bucket = "contoso-state"
    prefix = "conformance"
  }
}
