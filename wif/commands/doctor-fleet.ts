import { diagnose } from '../administration/diagnosis.ts';
import { administrationError } from '../administration/errors.ts';
import {
  eachOnce,
  fleetReport,
  stateOf,
  type Examined,
} from '../administration/fleet-diagnosis.ts';
import { inParallel } from '../administration/parallel.ts';
import { remembering } from '../administration/remembering.ts';
import { counted, counting } from '../administration/report.ts';
import { concernsAzure, gather, type Breadth } from './gathering.ts';
import { printReport } from './printing.ts';
import { exitCodes, type CommandWorld, type ExitCode, type OutputForm } from './world.ts';

export interface FleetOptions extends Breadth {
  readonly fix: boolean;
  readonly output: OutputForm;
}

/**
 * Says of every connection how it stands, the worst first. It asks about each identity once, and
 * goes on with what Azure DevOps alone says where there is no sign-in to Entra.
 */
export async function doctorAll(options: FleetOptions, world: CommandWorld): Promise<ExitCode> {
  if (options.fix) {
    const remedy = 'Name the connection: wif doctor <connection> --fix.';
    throw administrationError('USAGE_INVALID', '--fix is for one connection at a time.', remedy);
  }
  const { connections: found, projects, failures } = await gather(options, world);
  const connections = eachOnce(found.filter(concernsAzure));
  const examined = await examineAll(connections, options.concurrency, world);
  const states = counted(examined.map(({ findings }) => stateOf(findings)));
  printReport(fleetReport(examined), options.output, world.terminal, {
    json: {
      organization: world.organization.name,
      projects: projects.length,
      unreadableProjects: failures.map(({ project }) => project),
      total: examined.length,
      states,
    },
    lines: [
      `${counting(examined.length)}: ${sentenceOf(states)}.`,
      ...('problem' in states
        ? ['What is wrong with one, and what to do: wif doctor <connection>']
        : []),
    ],
  });
  if ('problem' in states) return exitCodes.failed;
  return 'unknown' in states || failures.length > 0 ? exitCodes.partly : exitCodes.fine;
}

async function examineAll(
  connections: FleetConnections,
  concurrency: number,
  world: CommandWorld,
): Promise<readonly Examined[]> {
  const { graph, resourceManager } = world.directory;
  const directory = { graph: remembering(graph), resourceManager: remembering(resourceManager) };
  const { users, entitlements } = world.membership;
  const membership = { users: remembering(users), entitlements: remembering(entitlements) };
  const about = { organization: world.organization.name, now: world.clock.now(), needsRole: true };
  let count = 0;
  const examined = await inParallel(
    connections,
    concurrency,
    async (connection) => {
      const { findings } = await diagnose(connection, { directory, membership, ...about });
      count += 1;
      world.terminal.progress(`doctor: ${count} of ${connections.length}`);
      return { connection, findings };
    },
    world.stop,
  );
  return examined.filter((one) => one !== undefined);
}

type FleetConnections = ReturnType<typeof eachOnce>;

function sentenceOf(states: Readonly<Record<string, number>>): string {
  const words = {
    problem: 'with a problem',
    unknown: 'not known',
    hint: 'with a hint',
    ok: 'well',
  };
  const parts = Object.entries(words).flatMap(([state, text]) =>
    states[state] === undefined ? [] : [`${states[state]} ${text}`],
  );
  return parts.length === 0 ? 'none' : parts.join(', ');
}
