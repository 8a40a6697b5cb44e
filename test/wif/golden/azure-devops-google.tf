resource "google_iam_workload_identity_pool" "azure_devops" {
  workload_identity_pool_id = "azure-devops"
}

resource "google_iam_workload_identity_pool_provider" "azure_devops" {
  workload_identity_pool_id          = google_iam_workload_identity_pool.azure_devops.workload_identity_pool_id
  workload_identity_pool_provider_id = "production-cccccccc"
  attribute_mapping = {
    "google.subject" = "assertion.sub"
  }
  attribute_condition = "assertion.sub == \"sc://contoso/shop/production\""

  oidc {
    issuer_uri        = "https://vstoken.dev.azure.com/11111111-2222-4333-8444-555555555555"
    allowed_audiences = ["api://AzureADTokenExchange"]
  }
}

output "principal" {
  value = "principal://iam.googleapis.com/${google_iam_workload_identity_pool.azure_devops.name}/subject/sc://contoso/shop/production"
}
