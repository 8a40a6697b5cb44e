import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { mayActAsOthers } from '../support/needs.ts';
import { idTokenDoor, managedIdentityDoor, type Door } from './support/clients.ts';
import { holdStep, playHeld } from './support/held-job.ts';
import { assertGreen, useTheatre } from './support/theatre.ts';

/** `nobody`, on every Linux. */
const stranger = 65_534;
const connections = 2_000;
const title = 'Another user of the machine';

/**
 * What nineteen of twenty requests of the job may take then, in ms; on a busy machine, so many times what
 * they take alone.
 */
const maxWaitMs = 50;
const maxTimes = 10;

/** How long is measured, in ms. */
const measuredMs = 3_000;

interface Waits {
  readonly median: number;
  /** Nineteen of twenty take no longer. */
  readonly most: number;
  readonly longest: number;
}

/** How long the job's own requests take while something goes on. */
async function waitsWhile(doors: readonly Door[], something: () => Promise<void>): Promise<Waits> {
  const tool = spawn(process.execPath, ['test/e2e/programs/own-requests.mjs'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const printed = text(tool.stdout);
  tool.stdin.write(JSON.stringify(doors));
  try {
    await something();
    tool.stdin.end();
    const waits = (JSON.parse(await printed) as number[]).toSorted((one, other) => one - other);
    const at = (share: number): number => waits[Math.floor(waits.length * share)] ?? Number.NaN;
    return { median: at(0.5), most: at(0.95), longest: waits.at(-1) ?? Number.NaN };
  } finally {
    tool.kill();
  }
}

function shown({ median, most, longest }: Waits): string {
  return `median ${median.toFixed(1)} ms, most ${most.toFixed(1)} ms, longest ${longest.toFixed(1)} ms`;
}

if (mayActAsOthers(title)) {
  describe(title, function () {
    this.timeout(300_000);
    const theatre = useTheatre();

    it(`with ${connections} connections keeps no request of the job waiting, and no step from its broker`, async () => {
      const { emulator, stage } = theatre;
      const names = ['one', 'two'];
      const added = names.map((name) => emulator.addServiceConnection({ name }));
      const refresher = (name: string): string =>
        `  - task: TokenRefresher@1\n    inputs: { azureSubscription: ${name}, managedIdentity: true }\n`;
      const steps = refresher('one') + holdStep('before') + refresher('two') + holdStep('after');
      const play = await playHeld(stage, { steps, connections: added }, async (job) => {
        const exported = await job.heldAt('before');
        const { pid, port } = job.broker;
        const doors = [idTokenDoor(exported), managedIdentityDoor(exported)];
        const alone = await waitsWhile(doors, () => pause(measuredMs));
        const program = openSync('test/e2e/programs/stranger.mjs', 'r');
        const child = spawn(
          process.execPath,
          ['--input-type=module', '-', String(port), String(connections)],
          { uid: stranger, gid: stranger, cwd: '/', env: {}, stdio: [program, 'pipe', 'inherit'] },
        );
        try {
          const coming = await waitsWhile(doors, async () => {
            await once(child.stdout ?? assert.fail(), 'data');
          });
          const beset = await waitsWhile(doors, () => pause(measuredMs));
          console.log(
            `      alone: ${shown(alone)}; while they come: ${shown(coming)}; beset: ${shown(beset)}`,
          );
          const limit = Math.max(maxWaitMs, maxTimes * alone.most);
          assert.ok(beset.most < limit, `${shown(beset)}, alone ${shown(alone)}`);
          job.letGo('before');
          await job.heldAt('after');
          assert.equal(job.broker.pid, pid);
          job.letGo('after');
        } finally {
          child.kill('SIGKILL');
        }
      });
      assertGreen(play);
    });
  });
}
