import { fileURLToPath } from 'node:url';
import { startBroker } from '../src/external/broker-launcher.ts';
import { systemChance } from '../src/external/chance.ts';
import { systemClock } from '../src/external/clock.ts';
import { diskFiles } from '../src/external/files.ts';
import { reachBroker } from '../src/external/loopback-client.ts';
import { runCleanUp, runTask } from '../src/external/pipeline-agent.ts';
import { systemProcesses } from '../src/external/processes.ts';
import { systemTools } from '../src/external/tools.ts';
import type { PipelineAgent } from '../src/delivery/pipeline-agent.ts';
import { finish } from './finish.ts';
import type { TaskWorld } from './task-world.ts';

/** The bundle of the background process lies beside that of the task. */
const brokerScript = fileURLToPath(new URL('./broker.mjs', import.meta.url));

/** Runs a story in the real world. */
export function runStory(story: (world: TaskWorld) => Promise<void>): void {
  void runTask((agent) => story(realWorld(agent)));
}

/** Runs the post-job step, which is the same for every task. */
export function runFinish(): void {
  void runCleanUp((agent) =>
    finish(agent, {
      files: diskFiles,
      processes: systemProcesses,
      tools: systemTools,
      clock: systemClock,
      reach: reachBroker,
    }),
  );
}

function realWorld(agent: PipelineAgent): TaskWorld {
  const local = { files: diskFiles, clock: systemClock, chance: systemChance };
  const processes = systemProcesses;
  return {
    agent,
    processes,
    tools: systemTools,
    join: {
      ...local,
      processes,
      start: (message) => startBroker(brokerScript, message),
      reach: reachBroker,
    },
    upstream: async () => {
      const [{ httpsThrough }, { entraThrough }] = await Promise.all([
        import('../src/external/https.ts'),
        import('../src/external/entra-access-tokens.ts'),
      ]);
      return { ...local, http: httpsThrough(agent.network), entra: entraThrough(agent.network) };
    },
  };
}
