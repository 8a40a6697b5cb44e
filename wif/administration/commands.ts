import { azureDevOpsApplicationId } from '../../src/access-token/azure-devops.ts';
import { shell } from '../../src/literals.ts';
import { moveArguments } from './azure-cli.ts';
import type { Connection, Project, Trust } from './connection.ts';
import type { AppRegistration, Identity } from './identity.ts';

/** A word of a shell's command, plain where it can be: names are other people's words. */
export function quotedWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : shell(text);
}

/** Creates the federated credential with Azure CLI. */
export function createCredentialCommand(identity: Identity, name: string, trust: Trust): string {
  const { issuer, subject, audience } = trust;
  if (identity.kind === 'app registration') {
    const parameters = JSON.stringify({ name, issuer, subject, audiences: [audience] });
    return command(
      'az ad app federated-credential create',
      ['--id', identity.clientId],
      ['--parameters', parameters],
    );
  }
  return command(
    'az identity federated-credential create',
    ['--name', name],
    ['--identity-name', identity.name],
    ['--resource-group', identity.resourceGroup],
    ['--subscription', identity.subscriptionId],
    ['--issuer', issuer],
    ['--subject', subject],
    ['--audiences', audience],
  );
}

/** Gives the identity a role with Azure CLI. */
export function assignRoleCommand(principalId: string, role: string, scope: string): string {
  return command(
    'az role assignment create',
    ['--assignee-object-id', principalId],
    ['--assignee-principal-type', 'ServicePrincipal'],
    ['--role', role],
    ['--scope', scope],
  );
}

/** Makes the identity a user of the organization with the access level Basic, by Azure CLI. */
export function addUserCommand(
  principalId: string,
  organization: string,
  project: Project,
): string {
  const body = JSON.stringify({
    accessLevel: { accountLicenseType: 'express' },
    projectEntitlements: [
      { group: { groupType: 'projectReader' }, projectRef: { id: project.id } },
    ],
    servicePrincipal: { origin: 'aad', originId: principalId, subjectKind: 'servicePrincipal' },
  });
  return command(
    'az rest --method post',
    ['--resource', azureDevOpsApplicationId],
    [
      '--url',
      `https://vsaex.dev.azure.com/${organization}/_apis/serviceprincipalentitlements?api-version=7.1-preview.1`,
    ],
    ['--headers', 'Content-Type=application/json'],
    ['--body', body],
  );
}

/** Deletes the secrets of an app registration with Azure CLI. */
export function deleteSecretCommands({ clientId, secrets }: AppRegistration): readonly string[] {
  return secrets.map(({ keyId }) =>
    command('az ad app credential delete', ['--id', clientId], ['--key-id', keyId]),
  );
}

/** Deletes one federated credential with Azure CLI. */
export function deleteCredentialCommand(identity: Identity, name: string): string {
  return identity.kind === 'app registration'
    ? command(
        'az ad app federated-credential delete',
        ['--id', identity.clientId],
        ['--federated-credential-id', name],
      )
    : command(
        'az identity federated-credential delete',
        ['--name', name],
        ['--identity-name', identity.name],
        ['--resource-group', identity.resourceGroup],
        ['--subscription', identity.subscriptionId],
      );
}

/** Moves one connection to Entra's issuer with Azure CLI. */
export function moveCommand(subject: string, tenantId: string): string {
  return ['az', ...moveArguments(subject, tenantId)].map(quotedWord).join(' ');
}

/** Converts one connection with this tool. */
export function convertCommand(connection: Connection, organization: string): string {
  return ownCommand('convert', connection, organization);
}

/** Moves one connection to Entra's issuer with this tool. */
export function moveIssuerCommand(connection: Connection, organization: string): string {
  return ownCommand('move-issuer', connection, organization);
}

function ownCommand(name: string, { id, project }: Connection, organization: string): string {
  return command(
    `wif ${name} ${id} --apply`,
    ['--organization', organization],
    ['--project', project.name],
  );
}

function command(start: string, ...options: readonly (readonly [string, string])[]): string {
  return [start, ...options.map(([option, value]) => `${option} ${quotedWord(value)}`)].join(' ');
}
