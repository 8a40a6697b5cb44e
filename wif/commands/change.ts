import { changeOne, type ChangeWorld } from '../administration/change.ts';
import type { Connection } from '../administration/connection.ts';
import { administrationError, endsTheRun } from '../administration/errors.ts';
import { pastChanges } from '../administration/journal.ts';
import type { Operation } from '../administration/operation.ts';
import { foresee, type Outcome } from '../administration/outcome.ts';
import { inParallel, type Stop } from '../administration/parallel.ts';
import {
  counting,
  outcomeReport,
  records,
  summaryOf,
  type Summary,
} from '../administration/report.ts';
import { riskReport } from '../administration/risk-report.ts';
import type { Risk } from '../administration/risk.ts';
import { wantedLines } from '../administration/selection.ts';
import { gather, gatherNamed, type Breadth } from './gathering.ts';
import { printReport, printRows } from './printing.ts';
import { riskSentence, risksAmong } from './risk.ts';
import { exitCodes, type CommandWorld, type ExitCode, type OutputForm } from './world.ts';

export interface ChangeOptions extends Breadth {
  readonly names: readonly string[];
  readonly file: string | undefined;
  readonly all: boolean;
  readonly apply: boolean;
  readonly journal: string | undefined;
  /** How long to wait for one change, in seconds. */
  readonly wait: number;
  readonly output: OutputForm;
}

/** Converts or reverts connections, or shows what it would do. */
export async function change(
  operation: Operation,
  options: ChangeOptions,
  world: CommandWorld,
): Promise<ExitCode> {
  const wanted = wantedOf(options, world);
  const { connections, failures } = options.all
    ? await gather(options, world)
    : { connections: await gatherNamed(wanted, options, world), failures: [] };
  const journal = options.journal ?? `wif-${world.organization.name}.jsonl`;
  const outcomes = options.apply
    ? await apply(operation, connections, { ...options, journal }, world)
    : connections.map((connection) => foresee(operation, connection, world.clock.now()));
  const risks = options.apply ? [] : await foreseenRisks(operation, outcomes, options, world);
  const summary = summaryOf(outcomes);
  printReport(outcomeReport(outcomes), options.output, world.terminal, {
    json: {
      operation: operation.name,
      organization: world.organization.name,
      applied: options.apply,
      journal: options.apply ? journal : '',
      unreadableProjects: failures.map(({ project }) => project),
      ...summary,
      ...(risks.length === 0 ? {} : { risks: records(riskReport(risks)) }),
    },
    lines: closingLines(operation, summary, options.apply, journal),
  });
  if (options.output === 'table') printRisks(risks, world);
  return exitCodeOf(operation, outcomes, { isNamed: !options.all, unread: failures.length });
}

/** The names that were given, on the command line and in a file; none with `--all`. */
export function wantedOf(
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

/** What a conversion would break, and where; its way back breaks nothing that worked before. */
async function foreseenRisks(
  operation: Operation,
  outcomes: readonly Outcome[],
  { concurrency }: ChangeOptions,
  world: CommandWorld,
): Promise<readonly Risk[]> {
  if (operation.name !== 'convert') return [];
  const wanted = outcomes.filter(({ result }) => result === 'would convert');
  return risksAmong(
    wanted.map(({ connection }) => connection),
    concurrency,
    world,
  );
}

/** For people only what asks for a look; programs get all. */
function printRisks(risks: readonly Risk[], { terminal }: CommandWorld): void {
  const telling = risks.filter(({ verdict }) => verdict !== 'nothing');
  if (telling.length === 0) return;
  terminal.out('');
  const lines = [riskSentence(risks)];
  printRows(riskReport(telling), 'risks', 'table', terminal, { json: {}, lines });
}

async function apply(
  operation: Operation,
  connections: readonly Connection[],
  options: { readonly journal: string; readonly concurrency: number; readonly wait: number },
  world: CommandWorld,
): Promise<readonly Outcome[]> {
  const journal = await world.openJournal(options.journal);
  const { devops: web, directory, clock, organization, stop } = world;
  try {
    const past = pastChanges(journal.text, organization.name);
    const waitMs = options.wait * 1_000;
    const about = { organization: organization.name, past, waitMs, stop };
    const changing = { web, directory, clock, journal, ...about };
    return await changeAll(operation, connections, options.concurrency, changing, world);
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
      ? ['What becomes of the issuer of Azure DevOps: wif move-issuer']
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
    ['failed', 'not started', 'under way'].includes(result) ||
    (isNamed && result === 'skipped' && !harmless.includes(reason));
  const undone = outcomes.filter(isUndone).length + unread;
  if (undone === 0) return exitCodes.fine;
  const isSomeDone = outcomes.some(({ result }) =>
    [operation.done, `would ${operation.name}`, 'under way'].includes(result),
  );
  return isSomeDone || unread > 0 ? exitCodes.partly : exitCodes.failed;
}
