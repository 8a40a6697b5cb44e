import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAhead, type OtherNeeds } from '../../../src/external/session/head-start.ts';
import { readRegistrationAnswer } from '../../../src/wire/messages.ts';
import type { StartMessage } from '../../../src/wire/start-message.ts';
import { goneWithin } from '../../e2e/support/held-job.ts';

const message = { connection: {} } as unknown as StartMessage;
const needs: OtherNeeds = {
  refresh: { false: 'Azure DevOps' },
  mode: { native: 'nothing', static: 'Azure DevOps' },
};

/** Leaves its process ID, and answers the order; without one it has nothing to do. */
const program = `
import { writeFileSync } from 'node:fs';
writeFileSync(new URL('pid', import.meta.url), String(process.pid));
process.once('message', () => process.send({ registration: process.pid }));
`;

describe('A broker that is started ahead', function () {
  this.timeout(90_000);
  let folder = '';
  let script = '';
  const names = ['AGENT_TEMPDIRECTORY', 'INPUT_REFRESH', 'INPUT_MODE'];

  beforeEach(() => {
    for (const name of names) Reflect.deleteProperty(process.env, name);
    folder = mkdtempSync(join(tmpdir(), 'ahead-'));
    script = join(folder, 'script.mjs');
    writeFileSync(script, program);
    process.env['AGENT_TEMPDIRECTORY'] = folder;
  });
  afterEach(() => {
    for (const name of names) Reflect.deleteProperty(process.env, name);
    rmSync(folder, { recursive: true, force: true });
  });

  const pidOf = async (): Promise<number> => {
    const file = join(folder, 'pid');
    const giveUpAt = performance.now() + 60_000;
    while (!existsSync(file) || readFileSync(file, 'utf8') === '') {
      assert.ok(performance.now() < giveUpAt, 'it does not begin');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return Number(readFileSync(file, 'utf8'));
  };

  it('runs before it is told what to do', async () => {
    const { broker: waiting } = await startAhead(script, needs);
    const pid = await pidOf();
    assert.deepEqual(await waiting?.take(message), { registration: pid });
    await goneWithin(pid, 30_000);
  });

  it('is gone when nobody needs it, before the step ends', async () => {
    const { broker: waiting } = await startAhead(script, needs);
    const pid = await pidOf();
    await waiting?.dismiss();
    assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
  });

  it('is left alone once it has its order', async () => {
    writeFileSync(script, `${program}\nsetTimeout(() => undefined, 60_000);`);
    const { broker: waiting } = await startAhead(script, needs);
    const pid = await pidOf();
    await waiting?.take(message);
    await waiting?.dismiss();
    process.kill(pid, 'SIGKILL');
    await goneWithin(pid, 30_000);
  });

  it('is told as a failure, when it has ended before it was needed', async () => {
    writeFileSync(script, 'process.exit(3);');
    const { broker: waiting } = await startAhead(script, needs);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const answer = readRegistrationAnswer(await waiting?.take(message));
    assert.ok('failure' in answer);
    assert.match(answer.failure.message, /exit code 3/);
  });

  for (const [title, prepare] of [
    ['an input says that it is not needed', () => (process.env['INPUT_REFRESH'] = ' False ')],
    ['a mode has none', () => (process.env['INPUT_MODE'] = 'native')],
    ['the agent has no temp folder', () => (process.env['AGENT_TEMPDIRECTORY'] = '')],
    [
      'one runs already',
      () => {
        mkdirSync(join(folder, 'workload-identity'));
        writeFileSync(join(folder, 'workload-identity', 'broker.json'), '{}');
      },
    ],
  ] as const) {
    it(`is none where ${title}`, async () => {
      prepare();
      assert.equal((await startAhead(script, needs)).broker, undefined);
    });
  }
});
