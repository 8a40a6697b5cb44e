resource "aws_iam_openid_connect_provider" "azure_devops" {
  url            = "https://vstoken.dev.azure.com/11111111-2222-4333-8444-555555555555"
  client_id_list = ["api://AzureADTokenExchange"]
}

resource "aws_iam_role" "azure_devops" {
  name = "production-cccccccc"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = aws_iam_openid_connect_provider.azure_devops.arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "vstoken.dev.azure.com/11111111-2222-4333-8444-555555555555:aud" = "api://AzureADTokenExchange"
          "vstoken.dev.azure.com/11111111-2222-4333-8444-555555555555:sub" = "sc://contoso/shop/production"
        }
      }
    }]
  })
}
