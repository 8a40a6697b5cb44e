import type { Connection } from '../administration/connection.ts';
import { asAdministrationError } from '../administration/errors.ts';
import { issuerRetirement, issuerRetires } from '../administration/issuer.ts';
import { conversion } from '../administration/operation.ts';
import { inParallel } from '../administration/parallel.ts';
import {
  connectionReport,
  counting,
  keepsIssuer,
  records,
  type Beside,
} from '../administration/report.ts';
import { riskReport } from '../administration/risk-report.ts';
import { lastUse } from '../administration/service-connections.ts';
import { tenanciesOf, type Tenancy } from '../administration/tenancy.ts';
import { concernsAzure, gather, type Breadth } from './gathering.ts';
import { printReport, printRows } from './printing.ts';
import { riskSentence, risksAmong } from './risk.ts';
import { exitCodes, type CommandWorld, type ExitCode, type OutputForm } from './world.ts';

export interface ListOptions extends Breadth {
  readonly everyType: boolean;
  readonly lastUsed: boolean;
  /** Say what would break where, in place of the connections. */
  readonly risk: boolean;
  readonly output: OutputForm;
}

/** Shows what there is, and what `convert` could do with it. */
export async function list(options: ListOptions, world: CommandWorld): Promise<ExitCode> {
  const { connections: found, projects, failures } = await gather(options, world);
  const connections = options.everyType ? found : found.filter(concernsAzure);
  const lastUses = options.lastUsed
    ? await lastUsesOf(connections, options.concurrency, world)
    : undefined;
  const tenancies = await tenanciesIn(connections, world);
  const beside: Beside = {
    ...(lastUses === undefined ? {} : { lastUses }),
    ...(tenancies === undefined ? {} : { tenancies }),
  };
  const now = world.clock.now();
  const convertible = connections.filter((one) => conversion.verdict(one, now).can).length;
  const old = connections.filter(issuerRetires);
  const retiring = old.filter((one) => !keepsIssuer(one, beside)).length;
  const staying = old.length - retiring;
  const report = connectionReport(connections, beside, now);
  const sums = {
    organization: world.organization.name,
    projects: projects.length,
    unreadableProjects: failures.map(({ project }) => project),
    total: connections.length,
    convertible,
    retiring,
    staying,
    areTenanciesKnown: tenancies !== undefined,
  };
  const lines = [
    `${counting(connections.length)} in ${projects.length === 1 ? '1 project' : `${projects.length} projects`}; wif convert can convert ${convertible}.`,
    ...issuerLines(retiring, staying, tenancies !== undefined),
  ];
  if (options.risk) {
    const risks = await risksAmong(connections, options.concurrency, world);
    printRows(riskReport(risks), 'risks', options.output, world.terminal, {
      json: { ...sums, connections: records(report) },
      lines: [...lines, riskSentence(risks)],
    });
  } else {
    printReport(report, options.output, world.terminal, { json: sums, lines });
  }
  return failures.length > 0 ? exitCodes.partly : exitCodes.fine;
}

function issuerLines(retiring: number, staying: number, isKnown: boolean): readonly string[] {
  const unless = isKnown ? '' : ', unless their app registrations are for several tenants';
  return [
    ...(retiring === 0
      ? []
      : [
          `With the issuer that retires on ${issuerRetirement}: ${retiring}${unless}. Next: wif move-issuer`,
        ]),
    ...(staying === 0
      ? []
      : [`With the issuer of Azure DevOps, which stays for several tenants: ${staying}.`]),
  ];
}

/**
 * For how many tenants the identities are whose issuer would retire; undefined where Graph does not
 * say. Nothing else of the list needs it, so the list goes on without.
 */
async function tenanciesIn(
  connections: readonly Connection[],
  { directory, terminal }: CommandWorld,
): Promise<ReadonlyMap<string, Tenancy> | undefined> {
  const ids = connections.filter(issuerRetires).flatMap(({ clientId }) => clientId ?? []);
  if (ids.length === 0) return new Map();
  try {
    return await tenanciesOf(ids, directory.graph);
  } catch (error) {
    const { code, message, remedy } = asAdministrationError(error);
    terminal.note(`${code}: ${message} ${remedy}`);
    return undefined;
  }
}

async function lastUsesOf(
  connections: readonly Connection[],
  concurrency: number,
  { devops, terminal }: CommandWorld,
): Promise<ReadonlyMap<string, string | undefined>> {
  let read = 0;
  const uses = await inParallel(connections, concurrency, async (connection) => {
    const use = await lastUse(devops, connection);
    read += 1;
    terminal.progress(`Reading histories: ${read} of ${connections.length}`);
    return [connection.id, use] as const;
  });
  return new Map(uses.filter((use) => use !== undefined));
}
