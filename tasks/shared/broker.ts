// First: what it begins goes on while the rest is loaded.
import { azureDevOps } from './broker-ahead.ts';
import type { NetworkSettings } from '../../src/ports.ts';
import { runBroker } from '../../src/broker/run.ts';
import type { BrokerSettings } from '../../src/wire/messages.ts';
import { systemChance } from '../../src/external/machine/chance.ts';
import { systemClock } from '../../src/external/machine/clock.ts';
import { diskFiles } from '../../src/external/files/files.ts';
import { listenOnLoopback } from '../../src/external/broker/loopback-server.ts';
import { ownProcess } from '../../src/external/broker/own-process.ts';
import { systemProcesses } from '../../src/external/machine/processes.ts';
import { startingTask } from '../../src/external/broker/starting-task.ts';
import { Secret } from '../../src/secret.ts';
import { httpsThrough } from '../../src/external/upstream/https.ts';
import { entraThrough } from '../../src/external/upstream/entra-access-tokens.ts';

/** The background process: waits for the one message that says what to do, and does it. */
async function main(): Promise<void> {
  const task = startingTask();
  const message = await task.order;
  if (message === undefined) return;
  const network = networkOf(message.settings);
  await runBroker(message, {
    files: diskFiles,
    clock: systemClock,
    chance: systemChance,
    processes: systemProcesses,
    pid: ownProcess.pid,
    terminated: ownProcess.terminated,
    listen: listenOnLoopback,
    tell: async (answer) => {
      await task.tell(answer);
      ownProcess.keepHeapSmall();
    },
    http: httpsThrough(network, azureDevOps),
    entra: entraThrough(network),
  });
}

function networkOf({ network: { proxy, authoritiesFile } }: BrokerSettings): NetworkSettings {
  const password = proxy?.password === undefined ? undefined : new Secret(proxy.password);
  return { authoritiesFile, proxy: proxy === undefined ? undefined : { ...proxy, password } };
}

void main().finally(() => ownProcess.end());
