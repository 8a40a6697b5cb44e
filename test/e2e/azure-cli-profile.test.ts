import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { assertClean, linesOf, useTheatre } from './support/theatre.ts';

/** Looks whether az is signed in, and then does what the job is to end by. */
const look = (end: string): string => `
  - bash: |
      echo "config: $(ls "$AZURE_CONFIG_DIR")"
      az group list > az.log && touch "$AGENT_WORKFOLDER/looked" && ${end}
    displayName: look
`;

describe('The profile of Azure CLI', function () {
  this.timeout(300_000);
  const folder = mkdtempSync(join(tmpdir(), 'stand-in-az-'));
  const path = [folder, dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter);
  const theatre = useTheatre({ environment: { PATH: path } });

  before(() => {
    symlinkSync(join(import.meta.dirname, 'stand-ins', 'stand-in.mjs'), join(folder, 'az'));
    writeFileSync(join(folder, 'subscription'), theatre.emulator.subscriptionId);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const [ends, end, result] of [
    ['succeeds', 'true', 'Succeeded'],
    ['fails', 'exit 3', 'Failed'],
    ['is cancelled', 'exec sleep 60', 'Canceled'],
  ] as const) {
    it(`is there for later steps, and gone when the job ${ends}`, async () => {
      const { emulator, stage } = theatre;
      const connection = emulator.addServiceConnection({ name: 'shop' });
      const play = await stage.play({
        pipeline: `
steps:
  - task: FederatedLogin@1
    inputs: { azureSubscription: shop, tools: azureCli }
${look(end)}`,
        connections: [connection],
        meanwhile: async (run) => {
          if (result !== 'Canceled') return;
          while (!existsSync(join(run.workFolder, 'looked'))) await pause(100);
          run.cancel();
        },
      });
      assert.equal(play.report.result, result, play.report.log);
      assert.match(linesOf(play.report, 'look').join('\n'), /^config: .*config/m);
      assertClean(play);
    });
  }
});
