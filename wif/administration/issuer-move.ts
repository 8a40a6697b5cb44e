import { isSame } from '../../src/json-text.ts';
import type { Clock } from '../../src/ports.ts';
import type { AzureCli } from './azure-cli.ts';
import { deleteCredentialCommand, moveCommand } from './commands.ts';
import { trustOf, type Connection, type Trust } from './connection.ts';
import { trustAfterMove } from './entra-subject.ts';
import {
  administrationError,
  asAdministrationError,
  endsTheRun,
  type AdministrationError,
} from './errors.ts';
import {
  compareCredentials,
  credentialsOf,
  ensureCredential,
  requireRoomFor,
} from './federated-credentials.ts';
import { identityOf, type Directory, type Identity } from './identity.ts';
import { issuerKind } from './issuer.ts';
import type { Journal, JournalEntry, PastMove } from './journal.ts';
import { moveVerdict, stayText, type StayReason } from './move-verdict.ts';
import { hasFailed, isUnderWay } from './operation.ts';
import type { Stop } from './parallel.ts';
import { currentState, lastUse, lookUntil } from './service-connections.ts';
import type { Tenancy } from './tenancy.ts';
import type { Web } from './web.ts';

/** What became of a connection, or would. */
export interface MoveOutcome {
  readonly connection: Connection;
  readonly result: 'moved' | 'would move' | 'stays' | 'under way' | 'failed' | 'not started';
  readonly reason: string;
  readonly detail: string;
  /** Ready to paste: the move, or what is left to do after it. */
  readonly command: string;
  readonly by: 'this run' | 'an interrupted run' | 'an earlier run' | '';
}

/** What a move needs. */
export interface MoveWorld {
  readonly web: Web;
  readonly directory: Directory;
  readonly azureCli: AzureCli;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly organization: string;
  readonly past: ReadonlyMap<string, PastMove>;
  readonly tenancies: ReadonlyMap<string, Tenancy>;
  /** All connections that are known, since identities are shared. */
  readonly connections: readonly Connection[];
  /** Tenant that Azure CLI signs in to for Azure DevOps. */
  readonly tenantId: string;
  readonly waitMs: number;
  readonly stop: Stop;
}

/** What would be done, judged by the list and by Graph. */
export function foreseeMove(
  connection: Connection,
  tenancies: ReadonlyMap<string, Tenancy>,
  tenantId: string | undefined,
): MoveOutcome {
  const verdict = moveVerdict(connection, tenancies);
  if (verdict !== 'move') return stays(connection, verdict);
  const command = moveCommand(connection.subject ?? '', tenantId ?? connection.tenantId ?? '');
  return { ...outcome(connection, 'would move'), command };
}

/** Moves one connection, or says why not. What an earlier run began is looked at, not asked again. */
export async function moveOne(connection: Connection, world: MoveWorld): Promise<MoveOutcome> {
  try {
    return await move(connection, world);
  } catch (error) {
    return failedMove(connection, asAdministrationError(error));
  }
}

/** @returns the outcome of a failure. */
export function failedMove(connection: Connection, error: AdministrationError): MoveOutcome {
  const detail = `${error.message} ${error.remedy}`;
  return { ...outcome(connection, 'failed'), reason: error.code, detail };
}

export function outcome(connection: Connection, result: MoveOutcome['result']): MoveOutcome {
  return { connection, result, reason: '', detail: '', command: '', by: '' };
}

function stays(connection: Connection, reason: StayReason): MoveOutcome {
  return { ...outcome(connection, 'stays'), reason, detail: stayText(reason, connection) };
}

async function move(listed: Connection, world: MoveWorld): Promise<MoveOutcome> {
  const past = world.past.get(listed.id);
  if (past?.state === 'moved' && isMoved(listed)) {
    return { ...(await afterMove(listed, past, world)), by: 'an earlier run' };
  }
  const isOurs = past?.state === 'begun' && past.subject !== undefined;
  if (isOurs && (isMoved(listed) || isUnderWay(listed))) {
    const old = { issuer: past.issuer ?? '', subject: past.subject ?? '' };
    const result = await settledMove(listed, old, world);
    return result.result === 'moved' ? { ...result, by: 'an interrupted run' } : result;
  }
  const current = await currentState(world.web, listed);
  if (current === undefined) throw gone(listed);
  const verdict = moveVerdict(current, world.tenancies);
  if (verdict !== 'move') return stays(current, verdict);
  return begin(current, world);
}

/**
 * Makes the credential where Azure DevOps has no right to: always for a manual connection, and for
 * the others once Azure DevOps has tried. Every refusal that can be known comes before the command.
 */
async function begin(connection: Connection, world: MoveWorld): Promise<MoveOutcome> {
  const { issuer = '', subject = '' } = connection;
  const identity = await identityOf(connection.clientId ?? '', world.directory);
  const expected = trustAfterMove(connection);
  if (expected !== undefined) await requireRoomFor(identity, expected, world.directory);
  await write(world, connection, { event: 'begin', issuer, subject });
  try {
    if (connection.creation !== 'automatic') await trust(connection, identity, world);
    const first = await ask(connection, world);
    if (first.result !== 'failed' || !hasFailed(first.connection)) return first;
    await trust(connection, identity, world);
    return await ask(connection, world);
  } catch (error) {
    const failure = asAdministrationError(error);
    if (failure.kind === 'definite' && !endsTheRun(failure.code)) {
      await write(world, connection, { event: 'end', outcome: 'failed', code: failure.code });
    }
    throw failure;
  }
}

async function trust(connection: Connection, identity: Identity, world: MoveWorld): Promise<void> {
  const wanted = trustAfterMove(connection);
  if (wanted === undefined) {
    throw administrationError(
      'CHANGE_REFUSED',
      `The service connection "${connection.name}" of project "${connection.project.name}" does not say what its new federated credential has to hold.`,
      'Move it in the project settings (the connection, Update).',
    );
  }
  await ensureCredential(identity, connection.id, wanted, world.directory);
}

async function ask(connection: Connection, world: MoveWorld): Promise<MoveOutcome> {
  const { issuer = '', subject = '' } = connection;
  const answer = await world.azureCli.moveIssuer(subject, world.tenantId);
  if (answer.kind === 'refused') {
    throw administrationError(
      'CHANGE_REFUSED',
      `Azure CLI could not move the service connection "${connection.name}" of project "${connection.project.name}": "${answer.message}".`,
      'The command needs the role Administrator on the connection, and a right to add federated credentials to its identity.',
    );
  }
  return settledMove(connection, { issuer, subject }, world);
}

/** Waits until Azure DevOps has finished, and verifies by what doctor sees. */
async function settledMove(
  connection: Connection,
  old: Pick<Trust, 'issuer' | 'subject'>,
  world: MoveWorld,
): Promise<MoveOutcome> {
  const isSettled = (one: Connection): boolean => isMoved(one) || hasFailed(one);
  const now = await lookUntil(isSettled, connection, world);
  if (hasFailed(now)) return failedMove(now, notMoved(now));
  if (!isMoved(now)) {
    const detail = 'Azure DevOps is still working on it. Run the command again: it looks first.';
    return { ...outcome(now, 'under way'), detail };
  }
  await verify(now, world);
  const at = world.clock.now().toISOString();
  await write(world, now, { event: 'end', outcome: 'moved', ...old });
  const after = await afterMove(now, { state: 'moved', at, ...old }, world);
  return { ...after, by: 'this run' };
}

/** A connection that moved without a credential for it works no more: that is told, and mended. */
async function verify(connection: Connection, { directory }: MoveWorld): Promise<void> {
  const sends = trustOf(connection);
  if (sends === undefined) return;
  const identity = await identityOf(connection.clientId ?? '', directory);
  await ensureCredential(identity, connection.id, sends, directory);
}

/** What is left to do: the old credential, once nothing needs it. */
async function afterMove(
  connection: Connection,
  past: PastMove,
  world: MoveWorld,
): Promise<MoveOutcome> {
  const moved = outcome(connection, 'moved');
  const identity = await identityOf(connection.clientId ?? '', world.directory);
  const present = await credentialsOf(identity, world.directory);
  const { issuer = '', subject = '' } = past;
  const old = present.find((one) => one.issuer === issuer && one.subject === subject);
  if (old === undefined) return moved;
  const sharers = world.connections.filter(
    (one) => one.id !== connection.id && one.issuer === issuer && one.subject === subject,
  );
  if (sharers.length > 0) {
    const names = [...new Set(sharers.map(({ project, name }) => `${project.name}/${name}`))];
    return { ...moved, detail: `keep its old credential: ${names.join(', ')} needs it` };
  }
  const sends = trustOf(connection);
  const isTrusted = sends !== undefined && compareCredentials(present, sends).state === 'present';
  const used = await lastUse(world.web, connection);
  if (!isTrusted || used === undefined || Date.parse(used) <= Date.parse(past.at)) {
    const detail = 'keep its old credential until a run has signed in with the new one';
    return { ...moved, detail };
  }
  const command = deleteCredentialCommand(identity, old.name);
  return { ...moved, detail: 'its old credential can be deleted', command };
}

function isMoved(connection: Connection): boolean {
  return issuerKind(connection) === 'entra' && !isUnderWay(connection);
}

function notMoved({ name, project, operation }: Connection): AdministrationError {
  const said = operation.message === '' ? '' : `: ${operation.message}`;
  return administrationError(
    'CHANGE_UNCONFIRMED',
    `Azure DevOps did not move the service connection "${name}" of project "${project.name}"${said}.`,
    'Open the connection in the project settings: Azure DevOps shows there what it lacks.',
  );
}

function gone({ name, project }: Connection): Error {
  return administrationError(
    'CONNECTION_NOT_FOUND',
    `The service connection "${name}" of project "${project.name}" is no longer there.`,
    'Nothing is to be done, unless you have lost the permission to see it.',
  );
}

/** @throws {AdministrationError} unless Azure CLI acts as the caller. */
export function requireSameAccount(
  own: { readonly tenantId: string; readonly names: readonly string[] },
  azure: { readonly tenantId: string; readonly name: string },
): void {
  if (!isSame(own.tenantId, azure.tenantId)) {
    throw otherAccount(`is signed in to tenant ${azure.tenantId}, and wif to ${own.tenantId}`);
  }
  if (own.names.some((name) => isSame(name, azure.name))) return;
  throw otherAccount(
    `is signed in as ${azure.name}, and wif as ${own.names[0] ?? 'somebody else'}`,
  );
}

function otherAccount(difference: string): Error {
  return administrationError(
    'AZURE_CLI_UNUSABLE',
    `Azure CLI ${difference}: its command would act as somebody else.`,
    'Sign in with az login as the one account, in the tenant of the organization; unset AZURE_CLIENT_ID and its like where they name another.',
  );
}

async function write(
  { journal, clock, organization }: MoveWorld,
  { id, name, project }: Connection,
  what: Pick<JournalEntry, 'event' | 'outcome' | 'code' | 'issuer' | 'subject'>,
): Promise<void> {
  const at = clock.now().toISOString();
  const about = {
    operation: 'move-issuer',
    organization,
    project: project.name,
    id,
    name,
  } as const;
  await journal.write({ v: 1, at, ...about, ...what });
}
