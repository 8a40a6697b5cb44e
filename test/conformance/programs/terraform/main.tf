# Nothing here names a credential: the variables that the tasks export are enough.
terraform {
  backend "azurerm" {
    storage_account_name = "teststate"
    container_name       = "tfstate"
    key                  = "conformance.tfstate"
    use_azuread_auth     = true
  }
}
