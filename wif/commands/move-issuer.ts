import type { Connection } from '../administration/connection.ts';
import {
  administrationError,
  asAdministrationError,
  endsTheRun,
} from '../administration/errors.ts';
import {
  foreseeMove,
  moveOne,
  outcome,
  requireSameAccount,
  type MoveOutcome,
  type MoveWorld,
} from '../administration/issuer-move.ts';
import { issuerRetirement, issuerRetires } from '../administration/issuer.ts';
import { pastMoves } from '../administration/journal.ts';
import { inParallel, type Stop } from '../administration/parallel.ts';
import { counted, counting, moveReport } from '../administration/report.ts';
import { tenanciesOf, type Tenancy } from '../administration/tenancy.ts';
import { wantedOf, type ChangeOptions } from './change.ts';
import { gather, gatherNamed } from './gathering.ts';
import { printReport } from './printing.ts';
import { exitCodes, type CommandWorld, type ExitCode } from './world.ts';

/** Moves connections from the issuer that retires to Entra's, or shows what it would do. */
export async function moveIssuer(options: ChangeOptions, world: CommandWorld): Promise<ExitCode> {
  const wanted = wantedOf(options, world);
  const all = options.all ? await gather(options, world) : undefined;
  const connections = all?.connections ?? (await gatherNamed(wanted, options, world));
  const tenancies = await tenanciesIn(connections, world);
  const journal = options.journal ?? `wif-${world.organization.name}.jsonl`;
  const outcomes = options.apply
    ? await apply(connections, tenancies, { ...options, journal }, world)
    : connections.map((one) => foreseeMove(one, tenancies, world.devopsTenant));
  const results = counted(outcomes.map(({ result }) => result));
  const shown = options.all ? outcomes.filter(isWorthARow) : outcomes;
  printReport(moveReport(shown), options.output, world.terminal, {
    json: {
      operation: 'move-issuer',
      organization: world.organization.name,
      applied: options.apply,
      journal: options.apply ? journal : '',
      unreadableProjects: all?.failures.map(({ project }) => project) ?? [],
      total: outcomes.length,
      results,
    },
    lines: closingLines(outcomes, results, options.apply, journal),
  });
  return exitCodeOf(outcomes, { isNamed: !options.all, unread: all?.failures.length ?? 0 });
}

/** Of a whole organization, what has nothing to do with the old issuer is only counted. */
function isWorthARow({ connection, result }: MoveOutcome): boolean {
  return result !== 'stays' || issuerRetires(connection);
}

/** Without Graph nobody knows which must stay, so none is moved. */
async function tenanciesIn(
  connections: readonly Connection[],
  { directory, terminal }: CommandWorld,
): Promise<ReadonlyMap<string, Tenancy>> {
  const ids = connections.filter(issuerRetires).flatMap(({ clientId }) => clientId ?? []);
  try {
    return ids.length === 0 ? new Map() : await tenanciesOf(ids, directory.graph);
  } catch (error) {
    const { code, message, remedy } = asAdministrationError(error);
    terminal.note(`${code}: ${message} ${remedy}`);
    return new Map();
  }
}

async function apply(
  connections: readonly Connection[],
  tenancies: ReadonlyMap<string, Tenancy>,
  options: ChangeOptions & { readonly journal: string },
  world: CommandWorld,
): Promise<readonly MoveOutcome[]> {
  const { azureCli, clock, devops: web, directory, organization, stop } = world;
  const own = await world.whoAmI();
  if (own === undefined) {
    throw administrationError(
      'USAGE_INVALID',
      'AZURE_DEVOPS_EXT_PAT is set, and the command of Azure CLI acts as whoever is signed in there.',
      'Unset it, and sign in with az login.',
    );
  }
  requireSameAccount(own, await azureCli.account());
  const journal = await world.openJournal(options.journal);
  try {
    const past = pastMoves(journal.text, organization.name);
    const about = { past, tenancies, connections, tenantId: own.tenantId };
    const waiting = { waitMs: options.wait * 1_000, stop };
    const moving: MoveWorld = {
      ...{ web, directory, azureCli, clock, journal, organization: organization.name },
      ...about,
      ...waiting,
    };
    return await moveAll(connections, options.concurrency, moving, world);
  } finally {
    await journal.close();
  }
}

async function moveAll(
  connections: readonly Connection[],
  concurrency: number,
  moving: MoveWorld,
  { stop, terminal }: CommandWorld,
): Promise<readonly MoveOutcome[]> {
  let end: MoveOutcome | undefined;
  let count = 0;
  const either: Stop = {
    get isWanted() {
      return stop.isWanted || end !== undefined;
    },
  };
  const work = async (connection: Connection): Promise<MoveOutcome> => {
    const result = await moveOne(connection, moving);
    count += 1;
    terminal.progress(`move-issuer: ${count} of ${connections.length}`);
    if (result.result === 'failed' && endsTheRun(result.reason)) end ??= result;
    return result;
  };
  const results = await inParallel(connections, concurrency, work, either);
  return connections.map((connection, index) => {
    const detail = 'The run ended before it: run the command again.';
    return results[index] ?? { ...outcome(connection, 'not started'), detail };
  });
}

function closingLines(
  outcomes: readonly MoveOutcome[],
  results: Readonly<Record<string, number>>,
  isApplied: boolean,
  journal: string,
): readonly string[] {
  const parts = Object.entries(results).map(([result, count]) => `${count} ${result}`);
  const commands = outcomes.filter(({ command }) => command !== '');
  return [
    `${counting(outcomes.length)}: ${parts.length === 0 ? 'none' : parts.join(', ')}.`,
    ...(commands.length === 0 ? [] : ['Commands:']),
    ...commands.map(({ command }) => `  ${command}`),
    isApplied
      ? `Journal: ${journal}`
      : `Nothing was changed. The issuer retires on ${issuerRetirement}. Add --apply to move them.`,
  ];
}

function exitCodeOf(
  outcomes: readonly MoveOutcome[],
  { isNamed, unread }: { readonly isNamed: boolean; readonly unread: number },
): ExitCode {
  const isUndone = ({ result, reason }: MoveOutcome): boolean =>
    ['failed', 'not started', 'under way'].includes(result) ||
    reason === 'tenancy-unknown' ||
    (isNamed && result === 'stays' && reason !== 'entra-already');
  const undone = outcomes.filter(isUndone).length + unread;
  if (undone === 0) return exitCodes.fine;
  const isSomeDone = outcomes.some(({ result }) =>
    ['moved', 'would move', 'under way'].includes(result),
  );
  return isSomeDone || unread > 0 ? exitCodes.partly : exitCodes.failed;
}
