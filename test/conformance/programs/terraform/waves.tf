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
