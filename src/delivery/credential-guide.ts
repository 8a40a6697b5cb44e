import { audience } from '../access-token/federated-credential.ts';
import type { MissingCredential } from '../errors.ts';
import { bicep, hcl, shell } from '../literals.ts';

/**
 * How to create the federated credential that is missing: for an app registration and for a
 * user-assigned managed identity, by Azure CLI, Terraform and Bicep, ready to paste. A Markdown
 * text for the run's summary, because logs mask what the service connection carries.
 */
export function credentialGuide(wanted: MissingCredential): string {
  const { issuer, subject } = wanted;
  return [
    '### The federated credential to create',
    '',
    'Entra compares these letter for letter; none of them is a secret.',
    '',
    ...fenced('text', [`issuer    ${issuer}`, `subject   ${subject}`, `audience  ${audience}`]),
    'One of the six below is enough; which one depends on what the client ID of the connection belongs to, and on how you work. If Azure DevOps made the identity, edit and save the service connection instead.',
    '',
    ...block('App registration, Azure CLI', 'bash', appRegistrationByCli(wanted)),
    ...block('Managed identity, Azure CLI', 'bash', managedIdentityByCli(wanted)),
    ...block('App registration, Terraform', 'hcl', appRegistrationByTerraform(wanted)),
    ...block('Managed identity, Terraform', 'hcl', managedIdentityByTerraform(wanted)),
    ...block('App registration, Bicep', 'bicep', appRegistrationByBicep(wanted)),
    ...block('Managed identity, Bicep', 'bicep', managedIdentityByBicep(wanted)),
  ].join('\n');
}

function block(title: string, language: string, lines: readonly string[]): readonly string[] {
  return [`**${title}**`, '', ...fenced(language, lines)];
}

function fenced(language: string, lines: readonly string[]): readonly string[] {
  return [`\`\`\`${language}`, ...lines, '```', ''];
}

/** 3 to 120 letters, digits, hyphens and underscores: what both kinds of identity allow. */
function nameFor({ connection }: MissingCredential): string {
  const safe = connection.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-|-$/g, '');
  return `azure-pipelines-${safe}`.slice(0, 120);
}

/** https://learn.microsoft.com/cli/azure/ad/app/federated-credential */
function appRegistrationByCli(wanted: MissingCredential): readonly string[] {
  const { clientId, issuer, subject } = wanted;
  const parameters = { name: nameFor(wanted), issuer, subject, audiences: [audience] };
  return [
    `az ad app federated-credential create --id ${shell(clientId)} \\`,
    `  --parameters ${shell(JSON.stringify(parameters))}`,
  ];
}

/** https://learn.microsoft.com/cli/azure/identity/federated-credential */
function managedIdentityByCli(wanted: MissingCredential): readonly string[] {
  const { clientId, issuer, subject } = wanted;
  return [
    '# In the subscription of the identity, whose name and resource group the first line looks up.',
    `read -r name group <<< "$(az identity list --query "[?clientId=='${clientId}'].[name, resourceGroup]" --output tsv)"`,
    'az identity federated-credential create \\',
    `  --name ${nameFor(wanted)} --identity-name "$name" --resource-group "$group" \\`,
    `  --issuer ${shell(issuer)} \\`,
    `  --subject ${shell(subject)} \\`,
    `  --audiences ${audience}`,
  ];
}

/** https://registry.terraform.io/providers/hashicorp/azuread/latest/docs/resources/application_federated_identity_credential */
function appRegistrationByTerraform(wanted: MissingCredential): readonly string[] {
  return [
    'data "azuread_application" "pipelines" {',
    `  client_id = ${hcl(wanted.clientId)}`,
    '}',
    '',
    'resource "azuread_application_federated_identity_credential" "pipelines" {',
    '  application_id = data.azuread_application.pipelines.id',
    `  display_name   = ${hcl(nameFor(wanted))}`,
    `  issuer         = ${hcl(wanted.issuer)}`,
    `  subject        = ${hcl(wanted.subject)}`,
    `  audiences      = [${hcl(audience)}]`,
    '}',
  ];
}

/** https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/federated_identity_credential */
function managedIdentityByTerraform(wanted: MissingCredential): readonly string[] {
  return [
    'data "azurerm_user_assigned_identity" "pipelines" {',
    '  name                = "<name of the identity>"',
    '  resource_group_name = "<its resource group>"',
    '}',
    '',
    'resource "azurerm_federated_identity_credential" "pipelines" {',
    '  # Before azurerm 5: parent_id in place of this, and resource_group_name.',
    '  user_assigned_identity_id = data.azurerm_user_assigned_identity.pipelines.id',
    `  name                      = ${hcl(nameFor(wanted))}`,
    `  issuer                    = ${hcl(wanted.issuer)}`,
    `  subject                   = ${hcl(wanted.subject)}`,
    `  audience                  = [${hcl(audience)}]`,
    '}',
  ];
}

/** https://learn.microsoft.com/graph/templates/bicep/reference/federatedidentitycredentials */
function appRegistrationByBicep(wanted: MissingCredential): readonly string[] {
  return [
    '// bicepconfig.json has to name the extension microsoftGraphV1.',
    'extension microsoftGraphV1',
    '',
    "resource application 'Microsoft.Graph/applications@v1.0' existing = {",
    `  uniqueName: '<unique name of application ${wanted.clientId}>'`,
    '}',
    '',
    "resource pipelines 'Microsoft.Graph/applications/federatedIdentityCredentials@v1.0' = {",
    `  name: '\${application.uniqueName}/${nameFor(wanted)}'`,
    `  issuer: ${bicep(wanted.issuer)}`,
    `  subject: ${bicep(wanted.subject)}`,
    '  audiences: [',
    `    ${bicep(audience)}`,
    '  ]',
    '}',
  ];
}

/** https://learn.microsoft.com/azure/templates/microsoft.managedidentity/userassignedidentities/federatedidentitycredentials */
function managedIdentityByBicep(wanted: MissingCredential): readonly string[] {
  return [
    "resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' existing = {",
    "  name: '<name of the identity>'",
    '}',
    '',
    "resource pipelines 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = {",
    '  parent: identity',
    `  name: ${bicep(nameFor(wanted))}`,
    '  properties: {',
    `    issuer: ${bicep(wanted.issuer)}`,
    `    subject: ${bicep(wanted.subject)}`,
    '    audiences: [',
    `      ${bicep(audience)}`,
    '    ]',
    '  }',
    '}',
  ];
}
