import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { goneWithin, holdStep, startHeld, type HeldJob } from './support/held-job.ts';
import { assertClean, useTheatre } from './support/theatre.ts';

const login = `
  - task: FederatedLogin@1
    inputs: { azureSubscription: broken, tools: none }
`;
const ask = `
  - bash: |
      curl --silent --output /dev/null --write-out 'answer %{http_code}\\n' \\
        --header "Authorization: Bearer $AZURE_OIDC_REQUEST_TOKEN" "$AZURE_OIDC_REQUEST_URL"
    displayName: ask
`;

/** Puts a bug into the packaged broker of a job: a line of code behind another one. */
function plantBug({ run }: HeldJob, behind: RegExp, bug: string): void {
  const tasks = join(run.workFolder, '_tasks');
  const scripts = readdirSync(tasks, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('broker.mjs'))
    .map((name) => join(tasks, name));
  assert.ok(scripts.length > 0);
  for (const script of scripts) {
    const text = readFileSync(script, 'utf8');
    assert.match(text, behind);
    writeFileSync(
      script,
      text.replace(behind, (found) => `${found} ${bug}`),
    );
  }
}

describe('A bug in the broker', function () {
  this.timeout(300_000);
  const theatre = useTheatre();

  it('at its start shows its place in the log of the step that waits for it', async () => {
    const { emulator, stage } = theatre;
    const connections = [emulator.addServiceConnection({ name: 'broken' })];
    const job = await startHeld(stage, { steps: holdStep('start') + login, connections });
    await job.heldAt('start');
    const behind = /async function runBroker\(\{\s*settings,\s*connection\s*\},\s*world\)\s*\{/;
    plantBug(job, behind, 'throw new TypeError(settings.job.jobAccessToken);');
    const play = await job.end('start');
    assert.equal(play.report.result, 'Failed');
    assert.match(play.report.log, /did not foresee \(TypeError\).+\(UNEXPECTED\)/);
    assert.match(play.report.log, /at runBroker \(broker\.mjs:\d+:\d+\)/);
    assertClean(play);
  });

  it('in its loop shows its place in the log of the next task, which starts another', async () => {
    const { emulator, stage } = theatre;
    Object.assign(emulator.lifetimes, { idTokenSeconds: 20 });
    const connections = [emulator.addServiceConnection({ name: 'broken' })];
    const steps = holdStep('start') + login + holdStep('loop') + login + ask;
    const job = await startHeld(stage, { steps, connections });
    await job.heldAt('start');
    // The loop itself knows no settings; a successor, which has connections to keep, is spared.
    plantBug(
      job,
      /async function keep\(broker,\s*settings,[^)]+\)\s*\{/,
      'broker.planted = settings;',
    );
    const bug =
      'if (broker.planted.kept.length === 0) throw new TypeError(broker.planted.job.jobAccessToken);';
    plantBug(job, /await clock\.\s*sleep\(restMs,[^;]+return;/, bug);
    job.letGo('start');
    await job.heldAt('loop');
    await goneWithin(job.broker.pid, 60_000);
    const play = await job.end('loop');
    assert.equal(play.report.result, 'Succeeded', play.report.log);
    assert.match(play.report.log, /failed at .+ nobody foresaw \(TypeError\)/);
    assert.match(play.report.log, /at rounds \(broker\.mjs:\d+:\d+\)/);
    assert.match(play.report.log, /answer 200/);
    assertClean(play);
  });

  it('in a route ends nothing, and shows its place in the log of the post-job step', async () => {
    const { emulator, stage } = theatre;
    const connections = [emulator.addServiceConnection({ name: 'broken' })];
    const job = await startHeld(stage, { steps: holdStep('start') + login + ask, connections });
    await job.heldAt('start');
    const bug = "if (request.method === 'GET') throw new TypeError(request.headers.join());";
    plantBug(job, /async function answer\(request\d*,\s*parts\)\s*\{/, bug);
    const play = await job.end('start');
    assert.match(play.report.log, /answer 500/);
    assert.match(play.report.log, /nobody foresaw \(TypeError\)/);
    assert.match(play.report.log, /at answer \(broker\.mjs:\d+:\d+\)/);
    assertClean(play);
  });
});
