# Nothing here names a credential: the variables that TerraformOidcEnv exports are enough.
terraform {
  backend "azurerm" {
    storage_account_name = "teststate"
    container_name       = "tfstate"
    key                  = "four-hour-job.tfstate"
    use_azuread_auth     = true
  }
}

variable "waves" {
  description = "How many resources are made, one after the other; each takes a second."
  type        = number
  default     = 20
}

resource "terraform_data" "wave" {
  count = var.waves

  input = count.index

  provisioner "local-exec" {
    command = "sleep 1"
  }
}
