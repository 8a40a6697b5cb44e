import type { PipelineAgent } from '../../src/agent/pipeline-agent.ts';
import { readJob } from '../../src/id-token/job.ts';
import type { Clock, Processes, Tools } from '../../src/ports.ts';
import type { BrokerWorld } from '../../src/refresh/connection-tokens.ts';
import type { ServiceConnection } from '../../src/service-connection/service-connection.ts';
import {
  type JoinWorld,
  type Membership,
  type Surroundings,
  joinBroker,
} from '../../src/session/join.ts';
import { showLastWords } from '../../src/session/last-words.ts';
import { remembered } from '../../src/session/remembered.ts';
import type { Wishes } from '../../src/wire/messages.ts';

/** What a task's story asks of the world. */
export interface TaskWorld {
  readonly agent: PipelineAgent;
  readonly processes: Processes;
  readonly tools: Tools;
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
      foundDead: (words) => showLastWords(words, agent),
    },
    world,
  );
  const membership = await toldWhenSlow(joining, agent, world.clock);
  // Before any tool is started with them: with NODE_DEBUG, Node writes its environment to the log.
  agent.mask(membership.endpoints.idTokenCapability);
  agent.mask(membership.endpoints.managedIdentityCapability);
  return membership;
}

/** Longer than a good answer takes, in ms; the log should not be silent until the last attempt. */
const slowMs = 10_000;

/** Says in the log that a first token is still waited for, when that takes long. */
export async function toldWhenSlow<T>(
  signingIn: Promise<T>,
  { say }: Pick<PipelineAgent, 'say'>,
  clock: Clock,
): Promise<T> {
  const done = new AbortController();
  void clock.sleep(slowMs, done.signal).then(() => {
    if (done.signal.aborted) return;
    say(
      'The first token is not there yet. What stands in the way may pass, so Azure DevOps and Entra are asked again, for up to two minutes.',
    );
  });
  try {
    return await signingIn;
  } finally {
    done.abort();
  }
}

async function workerOf(
  { workerPid: pid }: PipelineAgent,
  processes: Processes,
): Promise<Surroundings['worker']> {
  if (pid === undefined) return undefined;
  const identity = await processes.identity(pid);
  return identity === undefined ? undefined : { pid, identity };
}
