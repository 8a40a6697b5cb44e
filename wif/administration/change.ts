import type { Clock } from '../../src/ports.ts';
import type { Refusal } from './answer.ts';
import { readConnection, trustOf, type Connection } from './connection.ts';
import { AdministrationError, administrationError, asAdministrationError } from './errors.ts';
import type { Directory } from './identity.ts';
import type { Journal, JournalEntry, PastChange } from './journal.ts';
import { hasFailed, isForeign, isUnderWay, type Operation } from './operation.ts';
import { done, failed, skipped, underWay, type Outcome } from './outcome.ts';
import type { Stop } from './parallel.ts';
import { giveMissingTrust } from './repair.ts';
import { currentState, lookUntil, requestScheme } from './service-connections.ts';
import type { Web } from './web.ts';

/** What a change needs. */
export interface ChangeWorld {
  readonly web: Web;
  readonly directory: Directory;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly organization: string;
  readonly past: ReadonlyMap<string, PastChange>;
  /** How long to wait for Azure DevOps to finish one change, in ms. */
  readonly waitMs: number;
  readonly stop: Stop;
}

const maxTries = 5;

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
  const isOurs = past?.operation === operation.name && past.state === 'begun';
  if (isOurs && isUnderWay(listed) && !isForeign(listed)) return resume(operation, listed, world);
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
  if (operation.isDone(current) || isUnderWay(current)) return change(operation, current, world);
  const verdict = operation.verdict(current, world.clock.now());
  if (!verdict.can) return skipped(current, verdict.reason);
  if (past?.operation === operation.name && past.state === operation.done) {
    return skipped(current, 'reverted-since');
  }
  return recorded(operation, current, world, async () => {
    await write(world, operation, current, { event: 'begin' });
    if (hasFailed(current)) return repaired(operation, current, world);
    const outcome = await persist(operation, current, world);
    const { connection } = outcome;
    const isRepairable =
      operation.name === 'convert' && hasFailed(connection) && trustOf(connection) !== undefined;
    return isRepairable ? repaired(operation, connection, world) : outcome;
  });
}

/** Where Azure DevOps lacks the rights for the federated credential, the caller's may do. */
async function repaired(
  operation: Operation,
  connection: Connection,
  world: ChangeWorld,
): Promise<Outcome> {
  await giveMissingTrust(connection, world.directory);
  return persist(operation, connection, world);
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
  const by = past.state === 'begun' ? 'an interrupted run' : 'an earlier run';
  if (past.state !== 'begun' && past.state !== operation.done) return undefined;
  return { connection, result: operation.done, reason: '', detail: '', by };
}

/** An earlier run asked for it, and Azure DevOps still works on it: nothing is asked for again. */
function resume(operation: Operation, listed: Connection, world: ChangeWorld): Promise<Outcome> {
  return recorded(operation, listed, world, async () => {
    const outcome = await settled(operation, listed, world);
    return outcome.result === operation.done ? { ...outcome, by: 'an interrupted run' } : outcome;
  });
}

/** Writes down how work ended. What is still under way, or not known, stays begun. */
async function recorded(
  operation: Operation,
  connection: Connection,
  world: ChangeWorld,
  work: () => Promise<Outcome>,
): Promise<Outcome> {
  try {
    const outcome = await work();
    if (outcome.result === 'under way') return outcome;
    const isDone = outcome.result === operation.done;
    await write(world, operation, connection, {
      event: 'end',
      ...(isDone ? { outcome: operation.done } : { outcome: 'failed', code: outcome.reason }),
    });
    return outcome;
  } catch (error) {
    const failure = asAdministrationError(error);
    if (failure.code !== 'JOURNAL_UNUSABLE' && failure.kind === 'definite') {
      const { code } = failure;
      await write(world, operation, connection, { event: 'end', outcome: 'failed', code });
    }
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
  for (let count = 0; count < maxTries; count += 1) {
    try {
      const answer = await requestScheme(world.web, connection, operation.targetScheme);
      if ('refusal' in answer)
        return await judgeRefusal(operation, connection, answer.refusal, world);
      const told = readConnection(answer.value, connection.project) ?? connection;
      return await settled(operation, told, world);
    } catch (error) {
      trouble = asAdministrationError(error);
      if (!isUncertain(trouble)) throw trouble;
    }
    const now = await currentState(world.web, connection);
    if (now !== undefined && operation.isDone(now)) return done(operation, now);
    if (now !== undefined && isUnderWay(now)) return settled(operation, now, world);
    await world.clock.sleep(1_000 * 2 ** count);
  }
  throw trouble ?? unconfirmed(operation, connection, '');
}

/** Whether the change may have been made all the same. */
function isUncertain(trouble: AdministrationError): boolean {
  return trouble.kind === 'transient' && trouble.code !== 'SERVICE_THROTTLED';
}

/** Waits until Azure DevOps has finished, which can take minutes, and says how it ended. */
async function settled(
  operation: Operation,
  told: Connection,
  world: ChangeWorld,
): Promise<Outcome> {
  const isSettled = (one: Connection): boolean =>
    !isUnderWay(one) && (operation.isDone(one) || hasFailed(one));
  const now = isSettled(told) ? told : await lookUntil(isSettled, told, world);
  if (isUnderWay(now)) return underWay(now);
  if (operation.isDone(now)) return done(operation, now);
  return failed(now, unconfirmed(operation, now, now.operation.message));
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

function unconfirmed(
  operation: Operation,
  { name, project }: Connection,
  message: string,
): AdministrationError {
  const said = message === '' ? '' : `: ${message}`;
  return administrationError(
    'CHANGE_UNCONFIRMED',
    `Azure DevOps accepted to ${operation.name} the service connection "${name}" of project "${project.name}", but did not do it${said}.`,
    operation.name === 'convert'
      ? 'Run the command again: it makes the federated credential with your own rights, where Azure DevOps has said which, and asks again.'
      : 'Open the connection in the project settings: Azure DevOps shows there why.',
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
  const about = { operation, organization, project: project.name, id, name };
  await journal.write({ v: 1, at, ...about, ...what });
}
