resource "vault_jwt_auth_backend" "azure_devops" {
  path               = "azure-devops"
  oidc_discovery_url = "https://vstoken.dev.azure.com/11111111-2222-4333-8444-555555555555"
  bound_issuer       = "https://vstoken.dev.azure.com/11111111-2222-4333-8444-555555555555"
}

resource "vault_jwt_auth_backend_role" "azure_devops" {
  backend         = vault_jwt_auth_backend.azure_devops.path
  role_name       = "production-cccccccc"
  role_type       = "jwt"
  user_claim      = "sub"
  bound_audiences = ["api://AzureADTokenExchange"]
  bound_subject   = "sc://contoso/shop/production"
}
