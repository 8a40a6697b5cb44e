resource "aws_iam_openid_connect_provider" "azure_devops" {
  url            = "https://login.microsoftonline.com/dddddddd-0000-4000-8000-000000000004/v2.0"
  client_id_list = ["499b84ac-1321-427f-aa17-267ca6975798"]
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
          "login.microsoftonline.com/dddddddd-0000-4000-8000-000000000004/v2.0:aud" = "499b84ac-1321-427f-aa17-267ca6975798"
          "login.microsoftonline.com/dddddddd-0000-4000-8000-000000000004/v2.0:sub" = "/eid1/c/pub/t/3d3d3d0A0000QIAAAAAAAAAABA/a/rISbSSETf0KqFyZ8ppdXmA/sc/11111111-2222-4333-8444-555555555555/cccccccc-0000-4000-8000-000000000003"
        }
      }
    }]
  })
}
