import { azureDevOpsApplicationId } from '../../src/access-token/azure-devops.ts';
import { isOfPublicCloud } from '../administration/cloud.ts';
import { type Connection, isFederated } from '../administration/connection.ts';
import { administrationError, type AdministrationError } from '../administration/errors.ts';
import { issuerKind } from '../administration/issuer.ts';

/** What identifies the ID tokens of one service connection to whoever has to trust them. */
export interface TrustedToken {
  /** A name for what is made at the other side: lower case, digits and hyphens, up to 32 of them. */
  readonly name: string;
  readonly issuer: string;
  readonly audience: string;
  readonly subject: string;
  /** The claim `azp`, which the tokens of one issuer have; AWS compares it in the place of `aud`. */
  readonly authorizedParty: string | undefined;
}

/** `aud` of an ID token, by its issuer: what arrives, not what a federated credential lists. */
const audiences = {
  entra: 'fb60f99c-7a34-4190-8149-302f77469936',
  'azure-devops': 'api://AzureADTokenExchange',
} as const;

const guid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const issuers = {
  entra: new RegExp(`^https://login\\.microsoftonline\\.com/${guid}/v2\\.0$`, 'i'),
  'azure-devops': new RegExp(`^https://vstoken\\.dev\\.azure\\.com/${guid}$`, 'i'),
} as const;

/**
 * Issuer, audience and subject of a connection's ID tokens.
 * @throws {AdministrationError} TRUST_UNKNOWN where one of them is not known exactly.
 */
export function trustedToken(connection: Connection): TrustedToken {
  const { id, name, issuer, subject, environment } = connection;
  if (!isFederated(connection)) {
    throw unknownTrust(connection, 'it does not use federation, so it has no ID token');
  }
  if (!isOfPublicCloud(connection)) {
    throw unknownTrust(connection, `the audience of ID tokens for ${environment} is not known`);
  }
  if (issuer === undefined || subject === undefined) {
    throw unknownTrust(connection, 'Azure DevOps does not tell its issuer and subject');
  }
  const kind = issuerKind(connection);
  if (kind === 'none' || kind === 'unknown' || !issuers[kind].test(issuer)) {
    throw unknownTrust(connection, `its issuer "${issuer}" is none of Azure DevOps or Entra`);
  }
  return {
    name: nameOf(name, id),
    issuer,
    audience: audiences[kind],
    subject,
    authorizedParty: kind === 'entra' ? azureDevOpsApplicationId : undefined,
  };
}

/** A trust that cannot be pinned exactly is not printed. */
export function unknownTrust({ name }: Pick<Connection, 'name'>, why: string): AdministrationError {
  return administrationError(
    'TRUST_UNKNOWN',
    `No trust can be printed for the service connection "${name}": ${why}.`,
    'Use a connection of the public cloud with workload identity federation, and see "wif doctor" for it.',
  );
}

const maxNameLength = 32;
const idLength = 8;

/** Readable and unique: what is left of the connection's name, and the start of its ID. */
function nameOf(name: string, id: string): string {
  const readable = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    // Google keeps names that begin with gcp- for itself.
    .replace(/^-?(gcp-)?/, '')
    .slice(0, maxNameLength - idLength - 1)
    .replace(/-$/, '');
  return [readable === '' ? 'sc' : readable, id.slice(0, idLength)].join('-');
}
