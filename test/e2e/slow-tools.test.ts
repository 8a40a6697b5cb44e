import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isAlive } from './support/held-job.ts';
import { assertClean, linesOf, useTheatre } from './support/theatre.ts';

/** An az that hangs in a program of its own, and writes to its profile as long as it lives. */
const az = (folder: string): string => `#!/bin/sh
node -e '
  const { appendFileSync, mkdirSync } = require("node:fs");
  const profile = process.env.AZURE_CONFIG_DIR;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => undefined);
  appendFileSync("${folder}/pids", process.pid + "\\n");
  setInterval(() => {
    mkdirSync(profile, { recursive: true });
    appendFileSync(profile + "/late", ".");
  }, 50);
' &
echo "$$" >> '${folder}/pids'
wait
`;

describe('A tool that hangs', function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), 'hanging-az-'));
  const path = [folder, dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter);
  const theatre = useTheatre({ environment: { PATH: path } });
  before(() => writeFileSync(join(folder, 'az'), az(folder), { mode: 0o755 }));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('is named in the log while it hangs, and ends with the step when the job is cancelled', async () => {
    const { emulator, stage } = theatre;
    const connection = emulator.addServiceConnection({ name: 'hanging' });
    const seen: { lines: string[]; named?: () => void } = { lines: [] };
    const named = new Promise<void>((resolve) => (seen.named = resolve));
    const play = await stage.play({
      pipeline: `
steps:
  - task: FederatedLogin@1
    displayName: login
    inputs: { azureSubscription: hanging, tools: azureCli }
`,
      connections: [connection],
      onLine: (line) => {
        if (line.startsWith('Waiting for az ')) seen.named?.();
      },
      meanwhile: async (run) => {
        await Promise.race([named, run.finished]);
        assert.ok(existsSync(join(run.workFolder, '_temp', 'workload-identity')));
        run.cancel();
      },
    });
    assert.equal(play.report.result, 'Canceled', play.report.log);
    const line = linesOf(play.report, 'login').find((text) => text.startsWith('Waiting for az '));
    assert.match(
      line ?? '',
      /^Waiting for az .+ \(\d s\): no answer yet; given up at \d\d:\d\d:\d\d UTC/,
    );
    const pids = readFileSync(join(folder, 'pids'), 'utf8').trim().split('\n').map(Number);
    assert.equal(pids.length % 2, 0);
    assert.deepEqual(pids.filter(isAlive), []);
    assertClean(play);
    await pause(500);
    assert.deepEqual(readdirSync(join(stage.folder, 'agent', '_work', '_temp')), []);
  });
});
