import type { PipelineAgent } from '../../src/agent/pipeline-agent.ts';
import { logWhileWaiting, type SlowWork, type WaitLog } from '../../src/delivery/waiting.ts';
import { readJob } from '../../src/id-token/job.ts';
import type { Clock, MachineFolders, Processes, ToolRun, Tools } from '../../src/ports.ts';
import type { BrokerWorld } from '../../src/refresh/broker-world.ts';
import type { ServiceConnection } from '../../src/service-connection/service-connection.ts';
import { troubleInBroker } from '../../src/session/broker-trouble.ts';
import {
  type JoinWorld,
  type Membership,
  type Surroundings,
  joinBroker,
} from '../../src/session/join.ts';
import { showLastWords } from '../../src/session/last-words.ts';
import { remembered } from '../../src/session/remembered.ts';
import type { Waiting } from '../../src/upstream/retry-policy.ts';
import { givenUpAfterMs, type Wishes } from '../../src/wire/messages.ts';

/** What a task's story asks of the world. */
export interface TaskWorld {
  readonly agent: PipelineAgent;
  readonly processes: Processes;
  readonly tools: Tools;
  readonly folders: MachineFolders;
  readonly join: JoinWorld;
  /** Loaded when it is first asked for: it is large, and not every step goes upstream. */
  readonly upstream: () => Promise<BrokerWorld>;
}

/** Has the broker of this job keep the connection signed in. */
export async function join(
  connection: ServiceConnection,
  wishes: Wishes,
  { agent, processes, join: world }: TaskWorld,
): Promise<Membership> {
  const surroundings: Surroundings = {
    job: readJob(agent.jobVariables),
    tempDirectory: agent.tempDirectory,
    worker: await workerOf(agent, processes),
    network: agent.network,
  };
  const joining = joinBroker(
    connection,
    wishes,
    surroundings,
    {
      starting: (brokerId) => agent.remember(remembered.brokerId, brokerId ?? ''),
      ended: () => agent.remember(remembered.hasEnded, 'true'),
      foundDead: (words) => showLastWords(words, agent),
    },
    world,
  );
  const what = `the first token of service connection ${connection.name}`;
  const trouble = (): Promise<Waiting | undefined> =>
    troubleInBroker(connection.id, surroundings, world);
  const membership = await loggedWhileSlow(connection, what, joining, trouble, agent, world.clock);
  // Before any tool is started with them: with NODE_DEBUG, Node writes its environment to the log.
  agent.mask(membership.endpoints.idTokenCapability);
  agent.mask(membership.endpoints.managedIdentityCapability);
  const accessToken: Membership['accessToken'] = (scope) => {
    const work = membership.accessToken(scope);
    return loggedWhileSlow(
      connection,
      `the access token for ${scope}`,
      work,
      trouble,
      agent,
      world.clock,
    );
  };
  return { ...membership, accessToken };
}

/** Logs what is waited for, as far as the tokens of a connection are slow to come. */
export function loggedWhileSlow<T>(
  connection: ServiceConnection,
  what: string,
  work: Promise<T>,
  trouble: SlowWork<T>['trouble'],
  agent: WaitLog,
  clock: Clock,
): Promise<T> {
  const endsOn = new Date(clock.now().getTime() + givenUpAfterMs(connection));
  return logWhileWaiting({ what, work, endsOn, trouble }, agent, clock);
}

/**
 * Tools whose runs are never silent: as far as one is slow, the log says what is waited for and until
 * when.
 */
export function loggedTools(tools: Tools, agent: WaitLog, clock: Clock): Tools {
  return {
    find: (name) => tools.find(name),
    run: (wanted) =>
      logWhileWaiting(
        {
          what: commandOf(wanted),
          work: tools.run(wanted),
          endsOn: new Date(clock.now().getTime() + wanted.timeoutMs),
          trouble: () => undefined,
          isWanted: ({ exitCode }) => exitCode === 0,
        },
        agent,
        clock,
      ),
  };
}

/** The program and its command, without options: `az account set`. */
function commandOf({ program, arguments: words }: ToolRun): string {
  const name = (program.split(/[\\/]/).at(-1) ?? '').replace(/\.(exe|cmd|bat|com)$/i, '');
  const firstOption = words.findIndex((word) => !/^[a-z][a-z-]*$/.test(word));
  return [name, ...words.slice(0, firstOption < 0 ? words.length : firstOption)].join(' ');
}

async function workerOf(
  { workerPid: pid }: PipelineAgent,
  processes: Processes,
): Promise<Surroundings['worker']> {
  if (pid === undefined) return undefined;
  const identity = await processes.identity(pid);
  return identity === undefined ? undefined : { pid, identity };
}
