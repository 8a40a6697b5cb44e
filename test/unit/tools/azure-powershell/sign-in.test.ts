import assert from 'node:assert/strict';
import { environmentOf } from '../../../support/fake-tools.ts';
import { brokerVariables, ToolStage, withModule } from '../../../support/tool-stage.ts';

const hosted = ['/usr/share/az_9.3.0/Az.Accounts', '/usr/share/az_12.1.0/Az.Accounts'];

describe('Signing Azure PowerShell in', () => {
  it('hands the script to its standard input, without the variable of the token file', async () => {
    const stage = new ToolStage({ programs: ['pwsh'], ...withModule });
    assert.deepEqual(await stage.signIn(), brokerVariables);
    const [run] = stage.tools.runs;
    assert.ok(run !== undefined);
    assert.deepEqual(run.arguments, ['-NoLogo', '-NoProfile', '-NonInteractive', '-Command', '-']);
    assert.match(String(run.input), /Connect-AzAccount -Identity /);
    assert.ok('AZURE_FEDERATED_TOKEN_FILE' in run.environment);
    assert.deepEqual(environmentOf(run), {
      ...brokerVariables,
      AZURE_FEDERATED_TOKEN_FILE: undefined,
      POWERSHELL_TELEMETRY_OPTOUT: '1',
      POWERSHELL_UPDATECHECK: 'Off',
    });
    assert.match(Object.values(stage.agent.taskVariables).join(), /^workload-identity-/);
  });

  it('reads the token file where there is no broker', async () => {
    const stage = new ToolStage({ programs: ['pwsh'], ...withModule, byBroker: false });
    assert.deepEqual(await stage.signIn(), {});
    assert.match(String(stage.tools.runs[0]?.input), /ReadAllText\('\S+\/id-token'\)/);
  });

  it('tries the older PowerShell where the current one lacks the module', async () => {
    const stage = new ToolStage({
      programs: ['pwsh', 'powershell'],
      ...withModule,
      reply: (_, index) => ({ exitCode: index === 0 ? 71 : 0 }),
    });
    assert.deepEqual(await stage.signIn(), brokerVariables);
    assert.deepEqual(
      stage.tools.runs.map(({ program }) => program),
      ['/bin/pwsh', '/bin/powershell'],
    );
  });

  it('starts none with auto where no module lies, and says so', async () => {
    const stage = new ToolStage({ programs: ['pwsh'] });
    assert.deepEqual(await stage.signIn(), {});
    assert.deepEqual(stage.tools.runs, []);
    assert.deepEqual(stage.agent.said, [
      'Azure CLI is not signed in: there is no az on the PATH of this agent.',
      'Azure PowerShell is not signed in: pwsh is here without the module Az.Accounts.',
    ]);
  });

  it('passes over a PowerShell that has the folder but not the module, and leaves nothing to remove', async () => {
    const stage = new ToolStage({
      programs: ['pwsh'],
      ...withModule,
      reply: () => ({ exitCode: 71 }),
    });
    assert.deepEqual(await stage.signIn(), {});
    assert.deepEqual(Object.values(stage.agent.taskVariables), ['']);
  });

  it('has PowerShell itself say whether the module is there, where it is named', async () => {
    const stage = new ToolStage({ programs: ['pwsh'], choice: ['azurePowerShell'] });
    assert.deepEqual(await stage.signIn(), brokerVariables);
    assert.equal(stage.tools.runs.length, 1);
  });

  it('finds the newest modules of a Microsoft-hosted image where it is named', async () => {
    const stage = new ToolStage({
      programs: ['pwsh'],
      choice: ['azurePowerShell'],
      folders: hosted,
      isMicrosoftHosted: true,
      environment: { PSModulePath: '/mine' },
    });
    const PSModulePath = '/mine:/usr/share/az_12.1.0';
    assert.deepEqual(await stage.signIn(), { ...brokerVariables, PSModulePath });
    assert.equal(stage.tools.runs[0]?.environment['PSModulePath'], PSModulePath);
  });

  for (const [title, scene] of [
    ['on an agent that is not Microsoft-hosted', { isMicrosoftHosted: false }],
    [
      'where the module lies elsewhere too',
      { folders: [...hosted, ...withModule.folders], isMicrosoftHosted: true },
    ],
    ['with auto', { choice: 'auto', isMicrosoftHosted: true }],
  ] as const) {
    it(`leaves the folders of images alone ${title}`, async () => {
      const stage = new ToolStage({
        programs: ['pwsh'],
        choice: ['azurePowerShell'],
        folders: hosted,
        ...scene,
      });
      assert.equal((await stage.signIn())['PSModulePath'], undefined);
      assert.ok(stage.tools.runs.every(({ environment }) => !('PSModulePath' in environment)));
    });
  }

  it('names the input with auto, where the modules of an image are there', async () => {
    const folders = hosted;
    const stage = new ToolStage({ programs: ['pwsh'], folders, isMicrosoftHosted: true });
    assert.deepEqual(await stage.signIn(), {});
    assert.match(stage.agent.said.join(), /name azurePowerShell in the input tools to use them\.$/);
  });

  for (const [version, byBroker, prefers] of [
    ['1.12.1.0', true, false],
    ['1.21.0.0', true, true],
    ['1.21.0.0', false, false],
  ] as const) {
    const by = byBroker ? 'the broker' : 'the ID token';
    it(`tells that Azure.Identity ${version} ${prefers ? 'prefers' : 'leaves'} the token file, by ${by}`, async () => {
      const output = `contexts=CurrentUser\nidentity=${version}\n`;
      const scene = { programs: ['pwsh'], ...withModule, byBroker, reply: () => ({ output }) };
      const stage = new ToolStage(scene);
      await stage.signIn();
      assert.equal(stage.prefersTokenFile, prefers);
    });
  }

  it('fails as PowerShell fails', async () => {
    const stage = new ToolStage({
      programs: ['pwsh'],
      ...withModule,
      reply: () => ({ exitCode: 72 }),
    });
    await assert.rejects(stage.signIn(), { code: 'AZURE_POWERSHELL_FAILED' });
  });

  it('warns where the context does not outlive the process', async () => {
    const stage = new ToolStage({
      programs: ['pwsh'],
      ...withModule,
      reply: () => ({ output: 'contexts=Process' }),
    });
    await stage.signIn();
    assert.match(stage.agent.warned.join(), /Enable-AzContextAutosave/);
  });
});
