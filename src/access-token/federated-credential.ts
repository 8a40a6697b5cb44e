/** What a federated credential has to say, letter for letter, for Entra to accept a connection. */
export interface WantedCredential {
  readonly clientId: string;
  readonly issuer: string;
  readonly subject: string;
}

/**
 * The audience that a federated credential lists, whatever the token says: tokens of the Entra
 * issuer carry a GUID in its place
 * (https://learn.microsoft.com/azure/devops/pipelines/release/troubleshoot-workload-identity).
 */
const audience = 'api://AzureADTokenExchange';

/**
 * How to create the federated credential that is missing: for an app registration and for a
 * user-assigned managed identity, by Azure CLI, Terraform and Bicep, ready to paste. A Markdown
 * text for the run's summary, because logs mask the subject where the connection carries it.
 */
export function credentialGuide(wanted: WantedCredential): string {
  return [
    '### The federated credential to create',
    '',
    'Entra compares these three letter for letter; none of them is a secret.',
    '',
    '| what | value |',
    '| --- | --- |',
    `| issuer | \`${wanted.issuer}\` |`,
    `| subject | \`${wanted.subject}\` |`,
    `| audience | \`${audience}\` |`,
    '',
    ...block('App registration, Azure CLI', 'bash', appRegistrationByCli(wanted)),
    ...block('App registration, Terraform', 'hcl', appRegistrationByTerraform(wanted)),
    ...block('App registration, Bicep', 'bicep', appRegistrationByBicep(wanted)),
    ...block('Managed identity, Azure CLI', 'bash', managedIdentityByCli(wanted)),
    ...block('Managed identity, Terraform', 'hcl', managedIdentityByTerraform(wanted)),
    ...block('Managed identity, Bicep', 'bicep', managedIdentityByBicep(wanted)),
  ].join('\n');
}

function block(title: string, language: string, code: string): readonly string[] {
  return [`**${title}**`, '', `\`\`\`${language}`, code, '```', ''];
}

function appRegistrationByCli({ clientId, issuer, subject }: WantedCredential): string {
  const parameters = JSON.stringify({
    name: 'azure-pipelines',
    issuer,
    subject,
    audiences: [audience],
  });
  return `az ad app federated-credential create --id ${clientId} --parameters '${parameters}'`;
}

function managedIdentityByCli({ issuer, subject }: WantedCredential): string {
  return [
    'az identity federated-credential create --name azure-pipelines \\',
    '  --identity-name <name of the identity> --resource-group <its resource group> \\',
    `  --issuer '${issuer}' --subject '${subject}' \\`,
    `  --audiences ${audience}`,
  ].join('\n');
}

function appRegistrationByTerraform({ clientId, issuer, subject }: WantedCredential): string {
  return [
    'data "azuread_application" "pipelines" {',
    `  client_id = "${clientId}"`,
    '}',
    '',
    'resource "azuread_application_federated_identity_credential" "pipelines" {',
    '  application_id = data.azuread_application.pipelines.id',
    '  display_name   = "azure-pipelines"',
    `  issuer         = "${issuer}"`,
    `  subject        = "${subject}"`,
    `  audiences      = ["${audience}"]`,
    '}',
  ].join('\n');
}

function managedIdentityByTerraform({ issuer, subject }: WantedCredential): string {
  return [
    'resource "azurerm_federated_identity_credential" "pipelines" {',
    '  name                = "azure-pipelines"',
    '  resource_group_name = "<resource group of the identity>"',
    '  parent_id           = "<resource ID of the identity>"',
    `  issuer              = "${issuer}"`,
    `  subject             = "${subject}"`,
    `  audience            = ["${audience}"]`,
    '}',
  ].join('\n');
}

function appRegistrationByBicep({ clientId, issuer, subject }: WantedCredential): string {
  return [
    'extension microsoftGraphV1',
    '',
    "resource application 'Microsoft.Graph/applications@v1.0' = {",
    "  uniqueName: '<unique name of the application>'",
    "  displayName: '<its display name>'",
    `  // client ID ${clientId}`,
    '',
    "  resource pipelines 'federatedIdentityCredentials@v1.0' = {",
    "    name: '${application.uniqueName}/azure-pipelines'",
    `    issuer: '${issuer}'`,
    `    subject: '${subject}'`,
    `    audiences: ['${audience}']`,
    '  }',
    '}',
  ].join('\n');
}

function managedIdentityByBicep({ issuer, subject }: WantedCredential): string {
  return [
    "resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' existing = {",
    "  name: '<name of the identity>'",
    '',
    "  resource pipelines 'federatedIdentityCredentials' = {",
    "    name: 'azure-pipelines'",
    '    properties: {',
    `      issuer: '${issuer}'`,
    `      subject: '${subject}'`,
    `      audiences: ['${audience}']`,
    '    }',
    '  }',
    '}',
  ].join('\n');
}
