vault auth enable -path=azure-devops jwt
vault write auth/azure-devops/config oidc_discovery_url=https://login.microsoftonline.com/dddddddd-0000-4000-8000-000000000004/v2.0 bound_issuer=https://login.microsoftonline.com/dddddddd-0000-4000-8000-000000000004/v2.0
vault write auth/azure-devops/role/production-cccccccc role_type=jwt user_claim=sub bound_audiences=fb60f99c-7a34-4190-8149-302f77469936 bound_subject=/eid1/c/pub/t/3d3d3d0A0000QIAAAAAAAAAABA/a/rISbSSETf0KqFyZ8ppdXmA/sc/11111111-2222-4333-8444-555555555555/cccccccc-0000-4000-8000-000000000003
