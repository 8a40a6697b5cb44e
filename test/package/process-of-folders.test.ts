import { build } from 'esbuild';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { ofProcess } from '../../scripts/bundling.mjs';

const root = join(import.meta.dirname, '..', '..');

/** What esbuild says of a bundle of one process that imports one file of `src/`. */
async function complaintsAbout(process: 'task' | 'broker', contents: string): Promise<string[]> {
  const bundle = build({
    absWorkingDir: root,
    stdin: { contents, resolveDir: root, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
    logLevel: 'silent',
    plugins: [ofProcess(process)],
  });
  return bundle.then(
    () => [],
    (failure: unknown) => (failure as { errors: { text: string }[] }).errors.map((e) => e.text),
  );
}

const useLeave = "import { leaveBroker } from './src/session/leave.ts'; leaveBroker();";
const useRoutes = "import { answer } from './src/broker/routes.ts'; answer();";

describe('the bundle of a process', () => {
  it('of the broker refuses what runs in a task', async () => {
    const complaints = await complaintsAbout('broker', useLeave);
    assert.deepEqual(complaints, [
      'src/session/leave.ts runs in the task, and must not be in the bundle of the broker.',
    ]);
  });

  it('of a task refuses what runs in the broker', async () => {
    const complaints = await complaintsAbout('task', useRoutes);
    assert.ok(
      complaints.some((text) => text.startsWith('src/broker/routes.ts runs in the broker')),
    );
  });

  it('takes its own folders, and those of both processes', async () => {
    assert.deepEqual(await complaintsAbout('task', useLeave), []);
    assert.deepEqual(await complaintsAbout('broker', useRoutes), []);
  });

  it('does not mind a type, which is not in any bundle', async () => {
    const type =
      "import type { Leaving } from './src/session/leave.ts'; export type Its = Leaving;";
    assert.deepEqual(await complaintsAbout('broker', type), []);
  });
});
