resource "google_iam_workload_identity_pool" "azure_devops" {
  workload_identity_pool_id = "azure-devops"
}

resource "google_iam_workload_identity_pool_provider" "azure_devops" {
  workload_identity_pool_id          = google_iam_workload_identity_pool.azure_devops.workload_identity_pool_id
  workload_identity_pool_provider_id = "production-cccccccc"
  attribute_mapping = {
    "google.subject" = "assertion.sub.extract('/sc/{connection}')"
  }
  attribute_condition = "assertion.sub == \"/eid1/c/pub/t/3d3d3d0A0000QIAAAAAAAAAABA/a/rISbSSETf0KqFyZ8ppdXmA/sc/11111111-2222-4333-8444-555555555555/cccccccc-0000-4000-8000-000000000003\""

  oidc {
    issuer_uri        = "https://login.microsoftonline.com/dddddddd-0000-4000-8000-000000000004/v2.0"
    allowed_audiences = ["fb60f99c-7a34-4190-8149-302f77469936"]
  }
}

output "principal" {
  value = "principal://iam.googleapis.com/${google_iam_workload_identity_pool.azure_devops.name}/subject/11111111-2222-4333-8444-555555555555/cccccccc-0000-4000-8000-000000000003"
}
