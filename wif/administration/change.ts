import type { Clock } from '../../src/ports.ts';
import type { Refusal } from './answer.ts';
import { isFederated, readConnection, type Connection } from './connection.ts';
import { AdministrationError, administrationError, asAdministrationError } from './errors.ts';
import type { Journal, JournalEntry, PastChange } from './journal.ts';
import { isForeign, reasonText, type Operation, type SkipReason } from './operation.ts';
import { currentState, lookUntil, requestScheme } from './service-connections.ts';
import type { Web } from './web.ts';

/** What became of a connection in a run. */
export interface Outcome {
  readonly connection: Connection;
  readonly result:
    | 'converted'
    | 'reverted'
    | 'would convert'
    | 'would revert'
    | 'skipped'
    | 'failed'
    | 'not started';
  /** Of what was skipped, its reason; of what failed, its code. */
  readonly reason: string;
  readonly detail: string;
  /** Of what is done, which run did it. */
  readonly by: 'this run' | 'an interrupted run' | 'an earlier run' | '';
}

/** What a change needs. */
export interface ChangeWorld {
  readonly web: Web;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly organization: string;
  readonly past: ReadonlyMap<string, PastChange>;
}

const tries = 5;

/** What would be done, judged by the list alone. */
export function foresee(operation: Operation, connection: Connection, now: Date): Outcome {
  const verdict = operation.verdict(connection, now);
  if (!verdict.can) return skipped(connection, verdict.reason);
  return { connection, result: `would ${operation.name}`, reason: '', detail: '', by: '' };
}

/**
 * Changes one connection, or says why not. Its real state decides, looked at right before: what an
 * interrupted run began and Azure DevOps finished is not done again, and what somebody else has
 * changed since the list was read is left alone.
 */
export async function changeOne(
  operation: Operation,
  connection: Connection,
  world: ChangeWorld,
): Promise<Outcome> {
  try {
    return await change(operation, connection, world);
  } catch (error) {
    return failed(connection, asAdministrationError(error));
  }
}

async function change(
  operation: Operation,
  listed: Connection,
  world: ChangeWorld,
): Promise<Outcome> {
  const past = world.past.get(listed.id);
  const before = pastOutcome(operation, listed, past);
  if (before !== undefined) {
    if (before.by === 'an interrupted run')
      await write(world, operation, listed, { event: 'end', outcome: operation.done });
    return before;
  }
  const expected = operation.verdict(listed, world.clock.now());
  if (!expected.can) return skipped(listed, expected.reason);
  const current = await currentState(world.web, listed);
  if (current === undefined) throw gone(listed);
  if (operation.isDone(current)) return change(operation, current, world);
  const verdict = operation.verdict(current, world.clock.now());
  if (!verdict.can) return skipped(current, verdict.reason);
  if (past?.operation === operation.name && past.state === operation.done) {
    return skipped(current, 'reverted-since');
  }
  return attempt(operation, current, world);
}

/** What the journal says of a connection that already is as the operation leaves it. */
function pastOutcome(
  operation: Operation,
  connection: Connection,
  past: PastChange | undefined,
): Outcome | undefined {
  // Projects that only share it tell of it too; it is counted where it belongs.
  if (!operation.isDone(connection) || isForeign(connection)) return undefined;
  if (past?.operation !== operation.name) return undefined;
  const done = { connection, result: operation.done, reason: '', detail: '' };
  if (past.state === 'begun') return { ...done, by: 'an interrupted run' };
  return past.state === operation.done ? { ...done, by: 'an earlier run' } : undefined;
}

async function attempt(
  operation: Operation,
  connection: Connection,
  world: ChangeWorld,
): Promise<Outcome> {
  await write(world, operation, connection, { event: 'begin' });
  try {
    const outcome = await persist(operation, connection, world);
    const isDone = outcome.result === operation.done;
    await write(world, operation, connection, {
      event: 'end',
      outcome: isDone ? operation.done : 'failed',
    });
    return outcome;
  } catch (error) {
    const failure = asAdministrationError(error);
    if (failure.code !== 'JOURNAL_UNUSABLE' && failure.kind === 'definite') {
      await write(world, operation, connection, {
        event: 'end',
        outcome: 'failed',
        code: failure.code,
      });
    }
    // Of transient trouble nobody knows whether the change arrived: it stays begun.
    throw failure;
  }
}

/** Asks until it is known whether the change was made; never again without looking first. */
async function persist(
  operation: Operation,
  connection: Connection,
  world: ChangeWorld,
): Promise<Outcome> {
  let trouble: AdministrationError | undefined;
  for (let count = 0; count < tries; count += 1) {
    try {
      const answer = await requestScheme(world.web, connection, operation.targetScheme);
      if ('refusal' in answer)
        return await judgeRefusal(operation, connection, answer.refusal, world);
      return await confirmed(operation, connection, answer.value, world);
    } catch (error) {
      trouble = asAdministrationError(error);
      if (!isUncertain(trouble)) throw trouble;
    }
    const now = await currentState(world.web, connection);
    if (now !== undefined && operation.isDone(now)) return done(operation, now);
    await world.clock.sleep(1_000 * 2 ** count);
  }
  throw trouble ?? unconfirmed(operation, connection, '');
}

/** Whether the change may have been made all the same. */
function isUncertain(trouble: AdministrationError): boolean {
  return trouble.kind === 'transient' && trouble.code !== 'SERVICE_THROTTLED';
}

async function confirmed(
  operation: Operation,
  { project, ...connection }: Connection,
  answer: unknown,
  world: ChangeWorld,
): Promise<Outcome> {
  const told = readConnection(answer, project);
  let now = told === undefined ? undefined : await lookUntil(isSettled, told, world);
  if (now === undefined || !operation.isDone(now)) {
    now = await currentState(world.web, { ...connection, project });
  }
  if (now === undefined) throw gone({ ...connection, project });
  if (now.operation.state === 'Failed') throw unconfirmed(operation, now, now.operation.message);
  if (!operation.isDone(now)) throw unconfirmed(operation, now, '');
  return done(operation, now);
}

function isSettled({ operation }: Connection): boolean {
  return operation.state !== 'InProgress';
}

/**
 * The refusals that scripts in the field met: done already, an Azure Stack behind another name,
 * and a connection of another project.
 */
async function judgeRefusal(
  operation: Operation,
  connection: Connection,
  { status, message }: Refusal,
  world: ChangeWorld,
): Promise<Outcome> {
  if (/neither an upgrade nor a downgrade/i.test(message)) {
    const now = await currentState(world.web, connection);
    if (now !== undefined && operation.isDone(now)) return done(operation, now);
  }
  if (/Azure Stack/i.test(message)) return skipped(connection, 'azure-stack');
  if (status === 400 && /shared/i.test(message)) {
    return skipped(connection, 'shared-from-another-project');
  }
  throw administrationError(
    'CHANGE_REFUSED',
    `Azure DevOps refused to ${operation.name} the service connection "${connection.name}" of project "${connection.project.name}" (HTTP ${status}: "${message}").`,
    'Open the connection in the project settings: Azure DevOps shows there what it lacks, most often a permission on the app registration.',
  );
}

function done(operation: Operation, connection: Connection): Outcome {
  const detail =
    isFederated(connection) && connection.revertUntil !== undefined
      ? `can be reverted until ${connection.revertUntil.toISOString()}`
      : '';
  return { connection, result: operation.done, reason: '', detail, by: 'this run' };
}

export function skipped(connection: Connection, reason: SkipReason): Outcome {
  const detail = reasonText(reason, connection);
  return { connection, result: 'skipped', reason, detail, by: '' };
}

export function failed(connection: Connection, error: AdministrationError): Outcome {
  const detail = `${error.message} ${error.remedy}`;
  return { connection, result: 'failed', reason: error.code, detail, by: '' };
}

function unconfirmed(
  operation: Operation,
  { name, project }: Connection,
  message: string,
): AdministrationError {
  const said = message === '' ? '' : `: ${message}`;
  return administrationError(
    'CHANGE_UNCONFIRMED',
    `Azure DevOps accepted to ${operation.name} the service connection "${name}" of project "${project.name}", but did not do it${said}.`,
    'Open the connection in the project settings: Azure DevOps shows there why.',
  );
}

function gone({ name, project }: Pick<Connection, 'name' | 'project'>): AdministrationError {
  return administrationError(
    'CONNECTION_NOT_FOUND',
    `The service connection "${name}" of project "${project.name}" is no longer there.`,
    'Nothing is to be done, unless you have lost the permission to see it.',
  );
}

async function write(
  { journal, clock, organization }: ChangeWorld,
  { name: operation }: Operation,
  { id, name, project }: Connection,
  what: Pick<JournalEntry, 'event' | 'outcome' | 'code'>,
): Promise<void> {
  const at = clock.now().toISOString();
  await journal.write({
    v: 1,
    at,
    operation,
    organization,
    project: project.name,
    id,
    name,
    ...what,
  });
}
