import { changeOne, foresee, type ChangeWorld, type Outcome } from '../administration/change.ts';
import type { Connection } from '../administration/connection.ts';
import { administrationError, endsTheRun } from '../administration/errors.ts';
import { issuerChangePage } from '../administration/issuer.ts';
import { pastChanges } from '../administration/journal.ts';
import type { Operation } from '../administration/operation.ts';
import { inParallel, type Stop } from '../administration/parallel.ts';
import { counting, outcomeReport, summaryOf, type Summary } from '../administration/report.ts';
import { selectConnections, wantedLines } from '../administration/selection.ts';
import { gather, type Breadth } from './gathering.ts';
import { printReport } from './printing.ts';
import { exitCodes, type CommandWorld, type ExitCode, type OutputForm } from './world.ts';

export interface ChangeOptions extends Breadth {
  readonly names: readonly string[];
  readonly file: string | undefined;
  readonly all: boolean;
  readonly apply: boolean;
  readonly journal: string | undefined;
  readonly output: OutputForm;
}

/** Converts or reverts connections, or shows what it would do. */
export async function change(
  operation: Operation,
  options: ChangeOptions,
  world: CommandWorld,
): Promise<ExitCode> {
  const wanted = wantedOf(options, world);
  const { connections: found, failures } = await gather(options, world);
  const connections = options.all ? found : selectConnections(found, wanted);
  const journal = options.journal ?? `wif-${world.organization.name}.jsonl`;
  const outcomes = options.apply
    ? await apply(operation, connections, journal, options.concurrency, world)
    : connections.map((connection) => foresee(operation, connection, world.clock.now()));
  const summary = summaryOf(outcomes);
  printReport(outcomeReport(outcomes), options.output, world.terminal, {
    json: {
      operation: operation.name,
      organization: world.organization.name,
      applied: options.apply,
      journal: options.apply ? journal : '',
      unreadableProjects: failures.map(({ project }) => project),
      ...summary,
    },
    lines: closingLines(operation, summary, options.apply, journal),
  });
  return exitCodeOf(operation, outcomes, { isNamed: !options.all, unread: failures.length });
}

function wantedOf(
  { names, file, all }: ChangeOptions,
  { readText }: CommandWorld,
): readonly string[] {
  const wanted = [...names, ...(file === undefined ? [] : wantedLines(readText(file)))];
  if (all !== wanted.length > 0) return wanted;
  throw administrationError(
    'USAGE_INVALID',
    all ? '--all and names exclude one another.' : 'No service connection is named.',
    'Name connections, give a file of names with --file, or give --all.',
  );
}

async function apply(
  operation: Operation,
  connections: readonly Connection[],
  path: string,
  concurrency: number,
  world: CommandWorld,
): Promise<readonly Outcome[]> {
  const journal = await world.openJournal(path);
  const { devops: web, clock, organization } = world;
  try {
    const past = pastChanges(journal.text, organization.name);
    const changing = { web, clock, journal, organization: organization.name, past };
    return await changeAll(operation, connections, concurrency, changing, world);
  } finally {
    await journal.close();
  }
}

async function changeAll(
  operation: Operation,
  connections: readonly Connection[],
  concurrency: number,
  changing: ChangeWorld,
  { stop, terminal }: CommandWorld,
): Promise<readonly Outcome[]> {
  let end: Outcome | undefined;
  let count = 0;
  const either: Stop = {
    get isWanted() {
      return stop.isWanted || end !== undefined;
    },
  };
  const results = await inParallel(
    connections,
    concurrency,
    async (connection) => {
      const outcome = await changeOne(operation, connection, changing);
      count += 1;
      terminal.progress(`${operation.name}: ${count} of ${connections.length}`);
      if (outcome.result === 'failed' && endsTheRun(outcome.reason)) end ??= outcome;
      return outcome;
    },
    either,
  );
  return connections.map((connection, index) => results[index] ?? notStarted(connection, end));
}

function notStarted(connection: Connection, end: Outcome | undefined): Outcome {
  const why = end === undefined ? 'The run was interrupted' : `The run ended (${end.reason})`;
  const detail = `${why}: run the command again.`;
  return { connection, result: 'not started', reason: '', detail, by: '' };
}

function closingLines(
  operation: Operation,
  { total, results, skipped }: Summary,
  isApplied: boolean,
  journal: string,
): readonly string[] {
  const parts = Object.entries(results).map(([result, count]) => `${count} ${result}`);
  const reasons = Object.entries(skipped).map(([reason, count]) => `  ${count} ${reason}`);
  return [
    `${counting(total)}: ${parts.length === 0 ? 'none' : parts.join(', ')}.`,
    ...(reasons.length === 0 ? [] : ['Skipped:', ...reasons]),
    ...('issuer-retires' in skipped
      ? [`wif does not change issuers; how to: ${issuerChangePage}`]
      : []),
    isApplied
      ? `Journal: ${journal}`
      : `Nothing was changed. Add --apply to ${operation.name} them.`,
  ];
}

/** What is skipped counts as undone only where it was asked for by name. */
export function exitCodeOf(
  operation: Operation,
  outcomes: readonly Outcome[],
  { isNamed, unread }: { readonly isNamed: boolean; readonly unread: number },
): ExitCode {
  const harmless = ['already-federated', 'already-secret'];
  const isUndone = ({ result, reason }: Outcome): boolean =>
    result === 'failed' ||
    result === 'not started' ||
    (isNamed && result === 'skipped' && !harmless.includes(reason));
  const undone = outcomes.filter(isUndone).length + unread;
  if (undone === 0) return exitCodes.fine;
  const isSomeDone = outcomes.some(
    ({ result }) => result === operation.done || result === `would ${operation.name}`,
  );
  return isSomeDone || unread > 0 ? exitCodes.partly : exitCodes.failed;
}
