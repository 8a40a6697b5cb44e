vault auth enable -path=azure-devops jwt
vault write auth/azure-devops/config oidc_discovery_url=https://vstoken.dev.azure.com/11111111-2222-4333-8444-555555555555 bound_issuer=https://vstoken.dev.azure.com/11111111-2222-4333-8444-555555555555
vault write auth/azure-devops/role/production-cccccccc role_type=jwt user_claim=sub bound_audiences=api://AzureADTokenExchange bound_subject=sc://contoso/shop/production
