// First: what it begins goes on while the rest is loaded.
import { azureDevOps } from './broker-ahead.ts';
import type { NetworkSettings } from '../../src/ports.ts';
import { runBroker } from '../../src/broker/run.ts';
import type { BrokerSettings } from '../../src/wire/start-message.ts';
import { systemChance } from '../../src/external/machine/chance.ts';
import { systemClock } from '../../src/external/machine/clock.ts';
import { diskFiles } from '../../src/external/files/files.ts';
import { sharedFolders } from '../../src/external/files/shared-folders.ts';
import { listenOnLoopback } from '../../src/external/broker/loopback-server.ts';
import { ownProcess } from '../../src/external/broker/own-process.ts';
import { productVersion } from '../../src/external/broker/product-version.ts';
import { systemProcesses } from '../../src/external/machine/processes.ts';
import { startingTask, type StartingTask } from '../../src/external/broker/starting-task.ts';
import { asFederationError, toFailure } from '../../src/errors.ts';
import { Secret } from '../../src/secret.ts';
import { httpsThrough } from '../../src/external/upstream/https.ts';
import { entraThrough } from '../../src/external/upstream/entra-access-tokens.ts';

/** The background process: waits for the one message that says what to do, and does it. */
async function main(task: StartingTask): Promise<void> {
  const message = await Promise.race([task.order, ownProcess.crashed]);
  if (message === undefined) return;
  const network = networkOf(message.settings);
  await runBroker(message, {
    files: diskFiles,
    folders: sharedFolders,
    clock: systemClock,
    chance: systemChance,
    processes: systemProcesses,
    pid: ownProcess.pid,
    product: productVersion(),
    terminated: ownProcess.terminated,
    crashed: ownProcess.crashed,
    listen: listenOnLoopback,
    answerTask: async (answer) => {
      await task.answer(answer);
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

const task = startingTask();
try {
  await main(task);
  ownProcess.end('done');
} catch (error) {
  // Who still waits for an answer gets this one; who has got it finds the last words on the disk.
  await task.answer({ failure: toFailure(asFederationError(error)) });
  ownProcess.end('bug');
}
