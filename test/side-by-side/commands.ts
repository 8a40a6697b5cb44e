/** A group of lines of the comparison, with what they are about. */
export interface CommandGroup {
  readonly about: string;
  readonly lines: readonly string[];
}

/** Whose session it is, as scripts find it out. */
const self = '"$(az account show --query user.name --output tsv)"';

/**
 * Lines of shell scripts as pipelines have them, in the order in which they run: each group cleans up
 * what it made, so that a second pass finds what the first one found. `$SUBSCRIPTION`, `$TENANT`,
 * `$CLIENT` and `$GUEST_TENANT` (where the identity is a guest) are set, and nothing else.
 */
export const commandGroups: readonly CommandGroup[] = [
  {
    about: 'Who is signed in',
    lines: [
      'az account show',
      'az account show --query user.name --output tsv',
      "az account show --query '{tenant: tenantId, subscription: id, kind: user.type}'",
      'az account list',
      'az account list --all --output table',
      "az account list --refresh --query '[].name' --output tsv",
      'az account set --subscription "$SUBSCRIPTION" && az account show --query id --output tsv',
      "az account set --subscription 'Shop subscription' && az account show --query isDefault",
      'az account set --subscription 00000000-0000-0000-0000-000000000000',
      "az account list-locations --query '[].name' --output tsv",
      "az cloud show --query '{name: name, authority: endpoints.activeDirectory}'",
      "az cloud list --query '[?isActive].name' --output tsv",
    ],
  },
  {
    about: 'Access tokens for other programs',
    lines: [
      'az account get-access-token',
      'az account get-access-token --query accessToken --output tsv',
      'az account get-access-token --tenant "$TENANT" --query tenant --output tsv',
      'az account get-access-token --subscription "$SUBSCRIPTION" --query subscription --output tsv',
      'az account get-access-token --resource https://vault.azure.net --query accessToken --output tsv',
      'az account get-access-token --resource https://ossrdbms-aad.database.windows.net --output tsv --query accessToken',
      'az account get-access-token --resource 499b84ac-1321-427f-aa17-267ca6975798 --query accessToken --output tsv',
      'az account get-access-token --resource-type ms-graph --query accessToken --output tsv',
      'az account get-access-token --scope https://storage.azure.com/.default --query accessToken --output tsv',
      'az account get-access-token --tenant "$GUEST_TENANT" --query accessToken --output tsv',
      'az account get-access-token --resource https://nobody.example --query accessToken --output tsv',
    ],
  },
  {
    about: 'What extensions and commands across tenants ask for: `az ssh`, auxiliary tenants',
    lines: [
      'AZURE_EXTENSION_DIR=extensions az probe certificate',
      'AZURE_EXTENSION_DIR=extensions az probe auxiliary --other-tenant "$GUEST_TENANT"',
    ],
  },
  {
    about: 'Groups, resources and deployments',
    lines: [
      'az group create --name shop --location westeurope --tags team=shop',
      'az group show --name shop --query properties.provisioningState --output tsv',
      'az group list --output table',
      'az group exists --name shop',
      'az resource create --resource-group shop --resource-type Microsoft.Insights/components --name probe --properties \'{"Application_Type": "web"}\' --api-version 2020-02-02 --location westeurope',
      "az resource list --resource-group shop --query '[].name' --output tsv",
      'az deployment group validate --resource-group shop --template-file template.json --query properties.provisioningState',
      'az deployment group what-if --resource-group shop --template-file template.json --no-pretty-print',
      'az deployment group create --resource-group shop --name first --template-file template.json --query properties.provisioningState',
      'az deployment sub create --location westeurope --name wide --template-file subscription.json --query properties.provisioningState',
      'az provider show --namespace Microsoft.Storage --query registrationState --output tsv',
      'az rest --url "/subscriptions/$SUBSCRIPTION/resourcegroups?api-version=2021-04-01" --query "value[].name"',
    ],
  },
  {
    about: 'The directory, and look-ups of oneself',
    lines: [
      `az ad sp show --id ${self} --query displayName --output tsv`,
      `az ad sp list --filter "appId eq '$(az account show --query user.name --output tsv)'" --query '[].displayName'`,
      "az ad sp list --display-name contoso --query '[].appDisplayName'",
      `az ad app show --id ${self} --query displayName`,
      `az ad app federated-credential list --id ${self} --query '[].issuer'`,
      'az ad signed-in-user show',
      'az ad user show --id someone@contoso.example',
      'az rest --url https://graph.microsoft.com/v1.0/organization --query value[].displayName',
    ],
  },
  {
    about: 'Roles',
    lines: [
      `az role assignment create --assignee ${self} --role Reader --scope "/subscriptions/$SUBSCRIPTION/resourceGroups/shop" --query roleDefinitionId`,
      `az role assignment list --assignee ${self} --scope "/subscriptions/$SUBSCRIPTION/resourceGroups/shop" --query '[].[principalType, roleDefinitionName]'`,
      `az role assignment list --assignee ${self} --all --query 'length(@)'`,
      "az role definition list --name Reader --query '[].roleName' --output tsv",
      `az role assignment delete --assignee ${self} --role Reader --scope "/subscriptions/$SUBSCRIPTION/resourceGroups/shop"`,
    ],
  },
  {
    about: 'Key Vault',
    lines: [
      'az keyvault create --name shopvault --resource-group shop --location westeurope --enable-rbac-authorization false --query properties.accessPolicies',
      `az keyvault set-policy --name shopvault --spn ${self} --secret-permissions get list --query 'sort(properties.accessPolicies[0].permissions.secrets)'`,
      'az keyvault secret set --vault-name shopvault --name answer --value 42 --query value',
      'az keyvault secret show --vault-name shopvault --name greeting --query value --output tsv',
      "az keyvault secret list --vault-name shopvault --query '[].name'",
      'az keyvault secret show --vault-name shopvault --name nothing',
      'az keyvault secret delete --vault-name shopvault --name answer --output none',
    ],
  },
  {
    about: 'Storage',
    lines: [
      'az storage account show --name teststate --resource-group shop --query primaryEndpoints.blob',
      'az storage container create --account-name teststate --name drop --auth-mode login',
      'az storage blob upload --account-name teststate --container-name drop --name t.json --file template.json --auth-mode login --no-progress --query request_server_encrypted',
      "az storage blob list --account-name teststate --container-name drop --auth-mode login --query '[].name'",
      'az storage blob download --account-name teststate --container-name drop --name t.json --file copy.json --auth-mode login --no-progress --query name && cmp copy.json template.json',
      'az storage container delete --account-name teststate --name drop --auth-mode login',
    ],
  },
  {
    about: 'Containers and web apps',
    lines: [
      'az resource create --resource-group shop --resource-type Microsoft.ContainerRegistry/registries --name shopimages --properties {} --api-version 2023-07-01 --location westeurope --query properties.loginServer',
      'az acr show --name shopimages --query loginServer --output tsv',
      "az acr login --name shopimages --expose-token --query '{server: loginServer, user: username}'",
      'az resource create --resource-group shop --resource-type Microsoft.ContainerService/managedClusters --name shopcluster --properties {} --api-version 2024-02-01 --location westeurope --query name',
      'az aks get-credentials --resource-group shop --name shopcluster --file -',
    ],
  },
  {
    about: 'Everything is cleaned up',
    lines: [
      'az keyvault delete --name shopvault --resource-group shop',
      'az group delete --name shop --yes',
      'az group show --name shop',
    ],
  },
  {
    about: 'Somebody signs out',
    lines: ['az account clear && sleep 4 && az account show --query user.name'],
  },
];
