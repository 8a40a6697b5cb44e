import type { PipelineAgent } from '../../src/agent/pipeline-agent.ts';
import { runCleanUp, runTask } from '../../src/external/agent/pipeline-agent.ts';
import { diskFiles } from '../../src/external/files/files.ts';
import { systemChance } from '../../src/external/machine/chance.ts';
import { systemClock } from '../../src/external/machine/clock.ts';
import { machineFolders } from '../../src/external/machine/folders.ts';
import { wasToldToTrustAnybody } from '../../src/external/machine/hardening.ts';
import { systemProcesses } from '../../src/external/machine/processes.ts';
import type { HeadStart } from '../../src/external/session/head-start.ts';
import type { Tools } from '../../src/ports.ts';
import type { BrokerAddress, RunningBroker } from '../../src/session/running-broker.ts';
import type { StartMessage } from '../../src/wire/start-message.ts';
import { brokerScript } from './broker-script.ts';
import { finish } from './finish.ts';
import { loggedTools, type TaskWorld } from './task-world.ts';

/** Processes and HTTP take a tenth of a short step to load, and not every step needs them. */
const systemTools: Tools = {
  find: async (name) =>
    (await import('../../src/external/machine/tools.ts')).systemTools.find(name),
  run: async (wanted) =>
    (await import('../../src/external/machine/tools.ts')).systemTools.run(wanted),
};

async function startBroker(message: StartMessage): Promise<unknown> {
  const launcher = await import('../../src/external/session/broker-launcher.ts');
  return launcher.startBroker(brokerScript, message);
}

function reachBroker(address: BrokerAddress): RunningBroker {
  return {
    ask: async (route, body) =>
      (await import('../../src/external/session/loopback-client.ts'))
        .reachBroker(address)
        .ask(route, body),
  };
}

/** Runs a story in the real world, where what it waits for longest may have begun already. */
export function runStory(story: (world: TaskWorld) => Promise<void>, headStart: HeadStart): void {
  void runTask((agent) => {
    if (wasToldToTrustAnybody) warnOfTrust(agent);
    return story(realWorld(agent, headStart));
  }).finally(() => headStart.broker?.dismiss());
}

/** Runs the post-job step, which is the same for every task. */
export function runFinish(): void {
  void runCleanUp((agent) =>
    finish(agent, {
      files: diskFiles,
      processes: systemProcesses,
      tools: loggedTools(systemTools, agent, systemClock),
      folders: machineFolders,
      clock: systemClock,
      reach: reachBroker,
    }),
  );
}

function warnOfTrust({ warn }: PipelineAgent): void {
  warn(
    'NODE_TLS_REJECT_UNAUTHORIZED=0 does not hold for this task: it checks every certificate, because tokens go there. Give the agent the authority that signs them (--sslcacert, or NODE_EXTRA_CA_CERTS), and remove the variable.',
  );
}

function realWorld(agent: PipelineAgent, { broker, azureDevOps }: HeadStart): TaskWorld {
  const local = { files: diskFiles, clock: systemClock, chance: systemChance };
  const processes = systemProcesses;
  return {
    agent,
    processes,
    tools: loggedTools(systemTools, agent, systemClock),
    folders: machineFolders,
    join: {
      ...local,
      processes,
      start: (message) => broker?.take(message) ?? startBroker(message),
      reach: reachBroker,
    },
    upstream: async () => {
      const [{ httpsThrough }, { entraThrough }] = await Promise.all([
        import('../../src/external/upstream/https.ts'),
        import('../../src/external/upstream/entra-access-tokens.ts'),
      ]);
      const { network } = agent;
      return {
        ...local,
        http: httpsThrough(network, azureDevOps),
        entra: entraThrough(network),
      };
    },
  };
}
