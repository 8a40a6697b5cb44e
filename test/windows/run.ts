// Plays the flows on every system that this machine has, side by side, and puts the table of them on
// its page.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Outcome } from './play-on.ts';
import { platforms } from './support/platforms.ts';
import { writeTable } from './table.ts';

const systems = platforms().map(({ name }) => name);
const outcomes = await Promise.all(systems.map(playOn));

const failures = outcomes.reduce((sum, outcome) => sum + outcome.failures, 0);
const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed.length, 0);
// Elsewhere there are other systems than those of the table.
if (failures === 0 && process.platform === 'linux') await writeTable(flows(), systems);
console.log(`\n${passed} passed, ${failures} failed`);
process.exitCode = failures === 0 ? 0 : 1;

/** In a process of its own, whose output is shown when it is through. */
async function playOn(system: string): Promise<Outcome> {
  const child = fork(fileURLToPath(new URL('play-on.ts', import.meta.url)), [system], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
  }
  let told: Outcome | undefined;
  child.once('message', (outcome) => {
    told = outcome as Outcome;
  });
  await once(child, 'close');
  console.log(output);
  return told ?? { passed: [], failures: 1 };
}

/** The flows of the first system in their order, each with the systems on which it passed. */
function flows(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const [index, system] of systems.entries()) {
    const prefix = `On ${system} `;
    for (const title of outcomes[index]?.passed ?? []) {
      if (!title.startsWith(prefix)) continue;
      const flow = title.slice(prefix.length);
      found.set(flow, (found.get(flow) ?? new Set()).add(system));
    }
  }
  return found;
}
