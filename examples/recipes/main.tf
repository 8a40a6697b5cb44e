# Nothing here names a credential: the variables that TerraformOidcEnv exports are enough.
terraform {
  backend "azurerm" {
    storage_account_name = "teststate"
    container_name       = "tfstate"
    key                  = "recipes.tfstate"
    use_azuread_auth     = true
  }
}

resource "terraform_data" "network" {
  input = "10.0.0.0/16"
}
