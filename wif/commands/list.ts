import { isFederated, isSame, type Connection } from '../administration/connection.ts';
import { issuerChangePage, issuerRetirement, issuerRetires } from '../administration/issuer.ts';
import { conversion } from '../administration/operation.ts';
import { inParallel } from '../administration/parallel.ts';
import { connectionReport, counting } from '../administration/report.ts';
import { lastUse } from '../administration/service-connections.ts';
import { gather, type Breadth } from './gathering.ts';
import { printReport } from './printing.ts';
import { exitCodes, type CommandWorld, type ExitCode, type OutputForm } from './world.ts';

export interface ListOptions extends Breadth {
  readonly everyType: boolean;
  readonly lastUsed: boolean;
  readonly output: OutputForm;
}

/** Shows what there is, and what `convert` could do with it. */
export async function list(options: ListOptions, world: CommandWorld): Promise<ExitCode> {
  const { connections: found, projects, failures } = await gather(options, world);
  const connections = options.everyType ? found : found.filter(concernsAzure);
  const lastUses = options.lastUsed
    ? await lastUsesOf(connections, options.concurrency, world)
    : undefined;
  const now = world.clock.now();
  const convertible = connections.filter((one) => conversion.verdict(one, now).can).length;
  const retiring = connections.filter(issuerRetires).length;
  printReport(connectionReport(connections, lastUses, now), options.output, world.terminal, {
    json: {
      organization: world.organization.name,
      projects: projects.length,
      unreadableProjects: failures.map(({ project }) => project),
      total: connections.length,
      convertible,
      retiring,
    },
    lines: [
      `${counting(connections.length)} in ${projects.length === 1 ? '1 project' : `${projects.length} projects`}; wif convert can convert ${convertible}.`,
      ...(retiring === 0
        ? []
        : [
            `With the issuer that retires on ${issuerRetirement}: ${retiring}. wif does not change issuers; how to: ${issuerChangePage}`,
          ]),
    ],
  });
  return failures.length > 0 ? exitCodes.partly : exitCodes.fine;
}

/** Those of Azure, and others that federation concerns all the same. */
function concernsAzure(connection: Connection): boolean {
  return isSame(connection.type, 'AzureRM') || isFederated(connection);
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
