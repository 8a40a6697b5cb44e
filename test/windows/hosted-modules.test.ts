import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { LaidOutPowerShell, layOutModule } from '../e2e/support/power-shell.ts';
import { assertGreen, useTheatre } from '../e2e/support/theatre.ts';
import { mayLayOutImage } from '../support/needs.ts';
import { platforms } from './support/platforms.ts';
import { runningOn } from './support/running.ts';
import { login, toolsOnPath } from './support/steps.ts';

/** What PowerShell would be told at a prompt, in a step of its own. */
const useAz = `
  - script: echo Get-AzAccessToken | pwsh -NoLogo -NoProfile -NonInteractive -Command -
    displayName: use
`;

const own = 'C:\\modules of the author';
const [older, newer] = ['C:\\Modules\\az_9.3.0', 'C:\\Modules\\az_12.1.0'];

for (const platform of platforms().filter(({ isWindows }) => isWindows)) {
  const title = `The Azure PowerShell of a Microsoft-hosted image on ${platform.name}`;
  if (!mayLayOutImage(title, platform.pathOutside('C:\\Modules'))) continue;
  describe(title, function () {
    this.timeout(600_000);
    this.slow(20_000);
    const environment = { PSModulePath: own };
    const theatre = useTheatre({ ...platform.stage, environment });
    const folders = [older, newer].map((folder) => platform.pathOutside(folder));
    before(() => folders.forEach((folder) => layOutModule(folder, '1.12')));
    after(() => {
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
      platform.close();
    });

    it('is found where it is named, for later steps too, in its newest version', async () => {
      const { emulator, stage } = theatre;
      const shell = new LaidOutPowerShell(join(stage.folder, 'my tools'), true);
      const play = await stage.play({
        pipeline: `steps:\n${toolsOnPath(platform.pathInside(shell.bin))}${login('shop', ', tools: azurePowerShell')}${useAz}`,
        sources: 'test/windows/programs',
        connections: [emulator.addServiceConnection({ name: 'shop' })],
        variables: { 'agent.isSelfHosted': '0' },
      });
      assertGreen(play);
      assert.deepEqual(
        shell.starts.map(({ kind, module, PSModulePath }) => [kind, module, PSModulePath]),
        ['sign-in', 'step', 'forget'].map((kind) => [
          kind,
          `${newer}\\Az.Accounts`,
          `${own};${newer}`,
        ]),
      );
      assert.equal(play.report.variables['PSModulePath']?.value, `${own};${newer}`);
      assert.deepEqual(runningOn(stage, platform), []);
    });
  });
}
