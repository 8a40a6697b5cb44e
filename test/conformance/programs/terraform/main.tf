# Nothing here names a credential: the variables that the tasks export are enough.
terraform {
  backend "azurerm" {
    storage_account_name = "teststate"
    container_name       = "tfstate"
    key                  = "conformance.tfstate"
    use_azuread_auth     = true
  }
}

variable "waves" {
  description = "How many resources are made, one after the other; each takes a second."
  type        = number
}

resource "terraform_data" "wave" {
  count = var.waves

  input = count.index

  provisioner "local-exec" {
    command = "sleep 1"
  }
}
