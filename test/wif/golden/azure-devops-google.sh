gcloud iam workload-identity-pools create azure-devops --location=global
gcloud iam workload-identity-pools providers create-oidc production-cccccccc --location=global --workload-identity-pool=azure-devops --issuer-uri=https://vstoken.dev.azure.com/11111111-2222-4333-8444-555555555555 --allowed-audiences=api://AzureADTokenExchange --attribute-mapping=google.subject=assertion.sub --attribute-condition='assertion.sub == "sc://contoso/shop/production"'
pool=$(gcloud iam workload-identity-pools describe azure-devops --location=global --format='value(name)')
echo "principal://iam.googleapis.com/$pool/subject/"sc://contoso/shop/production
