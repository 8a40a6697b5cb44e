import assert from 'node:assert/strict';
import { environmentOf } from '../../../support/fake-tools.ts';
import { brokerVariables, ToolStage } from '../../../support/tool-stage.ts';

describe('Signing Azure PowerShell in', () => {
  it('hands the script to its standard input, without the variable of the token file', async () => {
    const stage = new ToolStage({ programs: ['pwsh'] });
    assert.deepEqual(await stage.signIn(), brokerVariables);
    const [run] = stage.tools.runs;
    assert.ok(run !== undefined);
    assert.deepEqual(run.arguments, ['-NoLogo', '-NoProfile', '-NonInteractive', '-Command', '-']);
    assert.match(String(run.input), /Connect-AzAccount -Identity /);
    assert.ok('AZURE_FEDERATED_TOKEN_FILE' in run.environment);
    assert.deepEqual(environmentOf(run), {
      ...brokerVariables,
      AZURE_FEDERATED_TOKEN_FILE: undefined,
    });
    assert.match(Object.values(stage.agent.taskVariables).join(), /^workload-identity-/);
  });

  it('reads the token file where there is no broker', async () => {
    const stage = new ToolStage({ programs: ['pwsh'], byBroker: false });
    assert.deepEqual(await stage.signIn(), {});
    assert.match(String(stage.tools.runs[0]?.input), /ReadAllText\('\S+\/id-token'\)/);
  });

  it('tries the older PowerShell where the current one lacks the module', async () => {
    const stage = new ToolStage({
      programs: ['pwsh', 'powershell'],
      reply: (_, index) => ({ exitCode: index === 0 ? 71 : 0 }),
    });
    assert.deepEqual(await stage.signIn(), brokerVariables);
    assert.deepEqual(
      stage.tools.runs.map(({ program }) => program),
      ['/bin/pwsh', '/bin/powershell'],
    );
  });

  it('passes over a PowerShell without the module, and leaves nothing to remove', async () => {
    const stage = new ToolStage({ programs: ['pwsh'], reply: () => ({ exitCode: 71 }) });
    assert.deepEqual(await stage.signIn(), {});
    assert.deepEqual(Object.values(stage.agent.taskVariables), ['']);
  });

  it('fails as PowerShell fails', async () => {
    const stage = new ToolStage({ programs: ['pwsh'], reply: () => ({ exitCode: 72 }) });
    await assert.rejects(stage.signIn(), { code: 'AZURE_POWERSHELL_FAILED' });
  });

  it('warns where the context does not outlive the process', async () => {
    const stage = new ToolStage({
      programs: ['pwsh'],
      reply: () => ({ output: 'contexts=Process' }),
    });
    await stage.signIn();
    assert.match(stage.agent.warned.join(), /Enable-AzContextAutosave/);
  });
});
