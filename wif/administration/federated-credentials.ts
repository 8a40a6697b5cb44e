import { ask, consult, listOf, recordOf, textOf, type Purpose, type Reading } from './answer.ts';
import type { Trust } from './connection.ts';
import { administrationError, asAdministrationError, type AdministrationError } from './errors.ts';
import { graphReading, type Directory, type Identity } from './identity.ts';
import { path, type Web, type WebRequest } from './web.ts';

/** A federated credential that an identity has. */
export interface FederatedCredential extends Trust {
  readonly name: string;
}

/** An identity takes no more than so many. */
export const maxCredentials = 20;

const version = 'api-version=2023-01-31';

/** How the credentials that are there stand to the one that is wanted. */
export type Comparison =
  | { readonly state: 'present'; readonly credential: FederatedCredential }
  | {
      readonly state: 'missing';
      /** Those that come near, and what is wrong with each. */
      readonly near: readonly { readonly credential: FederatedCredential; readonly flaw: string }[];
      /** The nearest holds issuer and subject, so that no other with them can be made. */
      readonly blockedBy: FederatedCredential | undefined;
    };

/** Compares letter for letter, as Entra does. */
export function compareCredentials(
  present: readonly FederatedCredential[],
  wanted: Trust,
): Comparison {
  const credential = present.find((one) => flawsOf(one, wanted).length === 0);
  if (credential !== undefined) return { state: 'present', credential };
  const near = present.flatMap((one) =>
    isNear(one, wanted) ? [{ credential: one, flaw: flawsOf(one, wanted).join('; ') }] : [],
  );
  const blockedBy = present.find(
    ({ issuer, subject }) => issuer === wanted.issuer && subject === wanted.subject,
  );
  return { state: 'missing', near, blockedBy };
}

function flawsOf(credential: Trust, wanted: Trust): readonly string[] {
  return (['issuer', 'subject', 'audience'] as const).flatMap((field) => {
    const has = credential[field];
    const wants = wanted[field];
    if (has === wants) return [];
    const hint = isAlike(has, wants) ? ' (only case, spaces or a slash at the end differ)' : '';
    return [`its ${field} is "${has}" in place of "${wants}"${hint}`];
  });
}

/**
 * Whether a credential looks meant for this connection: its subject is the same but for spelling,
 * or ends in the same ID or name. Those of other connections of a shared identity are not.
 */
function isNear(one: Trust, wanted: Trust): boolean {
  const last = (subject: string): string =>
    subject.trim().replace(/\/+$/, '').split('/').at(-1) ?? '';
  return isAlike(one.subject, wanted.subject) || isAlike(last(one.subject), last(wanted.subject));
}

function isAlike(left: string, right: string): boolean {
  const plain = (text: string): string => text.trim().replace(/\/+$/, '').toLowerCase();
  return plain(left) === plain(right);
}

/** The federated credentials of an identity. */
export async function credentialsOf(
  identity: Identity,
  directory: Directory,
): Promise<readonly FederatedCredential[]> {
  const { web, request } = listing(identity, directory);
  const purpose = {
    to: `list the federated credentials of the ${identity.kind} "${identity.name}"`,
    needs:
      identity.kind === 'managed identity'
        ? 'the role Reader on the managed identity'
        : graphReading,
  };
  return listOf(await ask(web, request, purpose)).map((value) => {
    const record = recordOf(value);
    // Resource Manager wraps what Graph tells plainly.
    const fields = { ...record, ...recordOf(record['properties']) };
    const audiences: unknown = fields['audiences'];
    const [first] = Array.isArray(audiences) ? (audiences as readonly unknown[]) : [];
    return {
      name: textOf(record['name']) ?? '',
      issuer: textOf(fields['issuer']) ?? '',
      subject: textOf(fields['subject']) ?? '',
      audience: textOf(first) ?? '',
    };
  });
}

/**
 * Makes the identity trust a connection, unless it does already; whether anything was made. What
 * is there afterwards is looked at, so that a lost answer or a second writer do no harm.
 */
export async function ensureCredential(
  identity: Identity,
  name: string,
  wanted: Trust,
  directory: Directory,
): Promise<boolean> {
  const before = await credentialsOf(identity, directory);
  if (hasRoomFor(identity, wanted, before) === 'present') return false;
  const { web, request } = creation(identity, freeName(name, before), wanted, directory);
  const purpose = {
    to: `create a federated credential for the ${identity.kind} "${identity.name}"`,
    needs: writing(identity),
  };
  const answer = await attempted(web, request, purpose);
  const after = compareCredentials(await credentialsOf(identity, directory), wanted);
  if (after.state === 'present') return true;
  if (answer instanceof Error) throw answer;
  const { status, message } = 'refusal' in answer ? answer.refusal : unsaid;
  throw administrationError(
    'REQUEST_REFUSED',
    `${web.service} could not ${purpose.to} (HTTP ${status}: "${message}").`,
    'Run the command again: several writers at a time disturb one another. Else correct what the message names.',
  );
}

/**
 * Makes sure that the identity trusts a connection already, or that it could be made to.
 * @throws {AdministrationError} CREDENTIAL_CONFLICT or CREDENTIALS_FULL.
 */
export async function requireRoomFor(
  identity: Identity,
  wanted: Trust,
  directory: Directory,
): Promise<'present' | 'missing'> {
  return hasRoomFor(identity, wanted, await credentialsOf(identity, directory));
}

/** Makes sure that the identity takes one more credential. */
export async function requireRoom(identity: Identity, directory: Directory): Promise<void> {
  const present = await credentialsOf(identity, directory);
  if (present.length >= maxCredentials) throw full(identity);
}

function hasRoomFor(
  identity: Identity,
  wanted: Trust,
  present: readonly FederatedCredential[],
): 'present' | 'missing' {
  const comparison = compareCredentials(present, wanted);
  if (comparison.state === 'present') return 'present';
  if (comparison.blockedBy !== undefined) throw conflict(identity, comparison.blockedBy, wanted);
  if (present.length >= maxCredentials) throw full(identity);
  return 'missing';
}

const unsaid = { status: 200, message: 'done, but it is not there' };

async function attempted(
  web: Web,
  request: WebRequest,
  purpose: Purpose,
): Promise<Reading | AdministrationError> {
  try {
    return await consult(web, request, purpose);
  } catch (error) {
    return asAdministrationError(error);
  }
}

/** The permission to add one. */
export function writing({ kind }: Identity): string {
  return kind === 'managed identity'
    ? 'the role Managed Identity Federated Credential Contributor (or Managed Identity Contributor) on the managed identity'
    : 'ownership of the app registration, or the role Application Administrator; for an application, Application.ReadWrite.OwnedBy on Microsoft Graph';
}

function listing(
  identity: Identity,
  { graph, resourceManager }: Directory,
): { readonly web: Web; readonly request: WebRequest } {
  if (identity.kind === 'managed identity') {
    const list = `${identity.resourceId.slice(1)}/federatedIdentityCredentials?${version}`;
    return { web: resourceManager, request: { method: 'GET', path: list } };
  }
  const list = path`applications/${identity.objectId}/federatedIdentityCredentials`;
  return { web: graph, request: { method: 'GET', path: list } };
}

function creation(
  identity: Identity,
  name: string,
  { issuer, subject, audience: listed }: Trust,
  directory: Directory,
): { readonly web: Web; readonly request: WebRequest } {
  const trust = { issuer, subject, audiences: [listed] };
  const { web, request } = listing(identity, directory);
  if (identity.kind === 'app registration') {
    return { web, request: { ...request, method: 'POST', body: { name, ...trust } } };
  }
  const place =
    `${identity.resourceId.slice(1)}/federatedIdentityCredentials/` + path`${name}?` + version;
  return { web, request: { method: 'PUT', path: place, body: { properties: trust } } };
}

/** A name is replaced by a PUT without a question: one that is taken is not used. */
function freeName(name: string, taken: readonly FederatedCredential[]): string {
  const isTaken = (candidate: string): boolean =>
    taken.some((credential) => credential.name.toLowerCase() === candidate.toLowerCase());
  let candidate = name;
  for (let count = 2; isTaken(candidate); count += 1) candidate = `${name}-${count}`;
  return candidate;
}

function conflict(
  identity: Identity,
  { name, audience: has }: FederatedCredential,
  wanted: Trust,
): Error {
  return administrationError(
    'CREDENTIAL_CONFLICT',
    `The federated credential "${name}" of the ${identity.kind} "${identity.name}" has this issuer and subject, but the audience "${has}" in place of "${wanted.audience}".`,
    'Correct or delete that credential; Entra takes no second one with the same issuer and subject.',
  );
}

function full(identity: Identity): Error {
  return administrationError(
    'CREDENTIALS_FULL',
    `The ${identity.kind} "${identity.name}" has ${maxCredentials} federated credentials, and takes no more.`,
    'Delete those of connections that are no longer there, or use another identity.',
  );
}
