import { issuerChangePage, issuerRetirement } from '../administration/issuer.ts';

/** What the commands say of themselves: enough to use them by. */

const signIn = `
Sign-in:
  Azure DevOps  AZURE_DEVOPS_EXT_PAT (a personal access token) where it is set, else Entra
  Entra         whatever DefaultAzureCredential finds: az login, Azure PowerShell, azd, or
                AZURE_TENANT_ID, AZURE_CLIENT_ID and a credential of a service principal;
                of the public cloud only`;

const exits = `
Exit codes:
  0  all is done, or was so already        2  the command line makes no sense
  1  nothing was done, or a problem found  3  partly done: run the command again`;

export const helpTexts = {
  wif: `
A federated connection has no secret. The way there:
  wif list                      what there is, and what can be converted
  wif convert --all             what would happen; then the same with --apply
  wif doctor <connection>       why one does not work
  wif revert <connection>       back to the secret, within seven days
  wif check azure-pipelines.yml what the steps of a pipeline need
  wif move-issuer --all         off the issuer that retires on ${issuerRetirement}
  wif connect …                 a new connection for an existing identity, in one go
  wif trust <connection> …      what AWS, Google Cloud or Vault needs to trust it
  wif completion bash           completes words on the tab key
${signIn}
${exits}

https://learn.microsoft.com/azure/devops/pipelines/library/connect-to-azure`,

  list: `
Permissions (least):
  View project-level information of the projects, the role Reader on the service connections.
  As a token: scopes vso.project and vso.serviceendpoint (Project and Team, Service
  Connections: read).

--risk says in place of the connections what breaks, or would after a conversion: the longest jobs of
each pipeline beside the lives of tokens, and steps of pipelines in Azure Repos that have to change.
It takes the scopes vso.build, vso.code and vso.variablegroups_read too; without one of them, what
it cannot read is told as unknown.

Examples:
  wif list --organization https://dev.azure.com/contoso
  wif list -o contoso -p shop -p billing --last-used
  wif list -o contoso --risk --output csv > risks.csv
  wif list -o contoso --output json | jq '.connections[] | select(.canConvert)'

The issuer of Azure DevOps (vstoken.dev.azure.com) retires on ${issuerRetirement}. The list
says which connections use it; wif move-issuer moves them. Microsoft Graph says which app
registrations are for several tenants: those keep it.
${exits}`,

  doctor: `
It compares issuer, subject and audience that Azure DevOps will send with the federated
credentials of the app registration or user-assigned managed identity, looks for roles of the
identity on the subscription, and prints commands for what is missing. --fix creates the federated
credential, and nothing else.

Of a connection to Azure DevOps itself it says, in place of roles, whether its identity is a user of
the organization, and with which access level.

It looks into the public cloud only: of a connection for another it says that it cannot know.
With --all it says of every connection how it stands, a line each, the worst first. Each identity
is asked about once. With a personal access token alone it says what Azure DevOps tells.

Permissions (least):
  Azure DevOps      as for list; for a connection to Azure DevOps itself the group Project Collection
                    Administrators, as a token the scopes vso.graph and vso.memberentitlementmanagement
  Microsoft Graph   Application.Read.All, or the role Directory Readers
  Resource Manager  Reader on the subscription (and on the managed identity)
  with --fix        owner of the app registration (for an application Application.ReadWrite.OwnedBy),
                    or Managed Identity Federated Credential Contributor on the managed identity

Examples:
  wif doctor shop-production -o contoso -p shop
  wif doctor shop/shop-production -o contoso --fix
  wif doctor --all -o contoso --output csv > report.csv
${exits}`,

  convert: `
Without --apply nothing is changed, and what a conversion would break is said, as by list --risk.
What cannot be converted is skipped, with its reason: created
manually, shared from another project, federated already, for Azure Stack, not for Azure Resource
Manager. Each conversion can be reverted for seven days.

A journal says what was begun and what is done (names and IDs, no credential). After an
interruption, also by force, the same command goes on: what is done is not done again.

Permissions (least):
  Azure DevOps  the role Administrator on each service connection; as a token: scopes vso.project
                and vso.serviceendpoint_manage (Service Connections: read, query and manage)
  Entra         no permission of your own: Azure DevOps changes the app registration that it
                created, with the rights of whoever owns it. If it lacks them, the connection is
                reported as failed.

Examples:
  wif convert --all -o contoso                          a dry run of the whole organization
  wif convert shop-test -o contoso -p shop --apply      one
  wif convert --file wave-1.txt -o contoso --apply      a line each: name, project/name or ID
  wif convert --all -o contoso --apply --output csv > report.csv
${exits}`,

  revert: `
Azure DevOps keeps the secret for seven days after a conversion. Without --apply nothing is changed.

Permissions (least):
  as for convert

Examples:
  wif revert shop-test -o contoso -p shop --apply
  wif revert --all -o contoso                           what could be reverted
${exits}`,

  'move-issuer': `
Without --apply nothing is changed: it says which connections have the issuer that retires on
${issuerRetirement}, which must keep it (app registrations for several tenants, national clouds), and
the exact command for each. With --apply it runs that command of Azure CLI, one connection at a
time for each of --concurrency, waits, and looks whether the federated credential is there. Where
Azure DevOps has no right to make it, your own rights are used. At last it names the old
credential for deletion, once a run has signed in with the new one and no other needs it.

Azure CLI must be signed in as the same account, in the same tenant: that is checked first.
How the change goes: ${issuerChangePage}

Permissions (least):
  Azure DevOps      the role Administrator on each service connection
  Microsoft Graph   Application.Read.All; owner of the app registration where Azure DevOps is not
  managed identity  Managed Identity Federated Credential Contributor on it
  On this machine   Azure CLI with the extension azure-devops

Examples:
  wif move-issuer --all -o contoso                      what would happen, with the commands
  wif move-issuer shop-legacy -o contoso -p shop --apply
${exits}`,

  check: `
It reads pipelines, the templates and the scripts of their repository, in bash, PowerShell and cmd,
and asks nobody anything. Verdicts:
  nothing   the step stays signed in, or needs no session that lasts
  our step  a step of the extension at the top of the job keeps it signed in
  change    a line or a task has to be changed
  unknown   only the run, or another repository, knows

Permissions (least):
  none: it is for a pull-request check without a sign-in

Examples:
  wif check azure-pipelines.yml
  wif check azure-pipelines.yml --output json

Exit codes:
  0  nothing has to be changed            2  the command line makes no sense
  1  a line or a task has to be changed   3  nothing is known to be wrong, and not all is known`,

  connect: `
Steps; each is skipped where its work is done already:
  1  the service connection, with the issuer of Microsoft Entra
  2  issuer and subject, as Azure DevOps tells them
  3  the federated credential of the identity
  4  the role, with --role
  5  every pipeline may use it, with --all-pipelines
  6  a check that all fits together
Before the first step it looks for everything that would be refused later, in a dry run too.
If a step fails, what exists stays; the same command goes on there. Without --role, a missing role
is mentioned, and is no failure.

It is for identities and subscriptions of the public cloud only. For national clouds and Azure Stack
use the project settings; a sign-in to another cloud (AZURE_AUTHORITY_HOST) is refused.

Permissions (least):
  Azure DevOps      the role Creator for service connections of the project; as a token: scopes
                    vso.project and vso.serviceendpoint_manage
  managed identity  Managed Identity Federated Credential Contributor (and Reader) on it
  app registration  its owner, and Application.Read.All; for an application
                    Application.ReadWrite.OwnedBy
  subscription      Reader; with --role Role Based Access Control Administrator

Examples:
  wif connect -o contoso -p shop --name shop-production --subscription <ID> --role Contributor \\
    --identity $(az identity show -n shop -g identities --query id --output tsv)
  wif connect -o contoso -p shop --name shop-web --subscription <ID> --resource-group web \\
    --identity <resource ID> --role Contributor --all-pipelines
  wif connect -o contoso -p shop --name shop-test --subscription <ID> --app <client ID> --dry-run
${exits}`,

  trust: `
It prints the identity provider and the role of AWS' IAM as JSON, the commands of gcloud for a
workload identity pool, or the commands of Vault for its jwt auth method; with --terraform the
same as code. Issuer, audience and subject are pinned, each exactly; what cannot be pinned so is
not printed. Nothing is changed, here or there.

Permissions (least):
  Azure DevOps      as for list

Examples:
  wif trust shop-clouds --for google -o contoso -p shop
  wif trust shop-clouds --for aws --aws-account 210987654321 -o contoso
  wif trust shop/shop-clouds --for vault --terraform -o contoso > trust.tf
${exits}`,

  completion: `
It prints lines for the start file of a shell. After that, the tab key completes commands, options
and their values. It is for an installed wif: npx cannot be completed.

Permissions (least):
  none

Examples:
  wif completion bash >> ~/.bashrc
  wif completion zsh >> ~/.zshrc
  wif completion powershell >> $PROFILE
${exits}`,
} as const;
