import assert from 'node:assert/strict';
import type { ToolChoice } from '../../../src/tools/tool-choice.ts';
import { findTools, usesOf, type FoundTools } from '../../../src/tools/tools.ts';
import { aServiceConnection } from '../../support/builders.ts';
import { FakeMachineFolders } from '../../support/fake-machine-folders.ts';
import { FakeTools } from '../../support/fake-tools.ts';
import {
  brokerVariables,
  directory,
  ownProfile,
  ToolStage,
  withModule,
} from '../../support/tool-stage.ts';

function find(choice: ToolChoice, programs: readonly string[]): Promise<FoundTools> {
  const tools = new FakeTools(programs);
  const machine = { tools, folders: new FakeMachineFolders(), environment: {}, variables: [] };
  return findTools(choice, aServiceConnection(), machine);
}

describe('The choice of tools', () => {
  it('signs in both where both are there', async () => {
    const stage = new ToolStage({ programs: ['az', 'pwsh'], ...withModule });
    assert.deepEqual(await stage.signIn(), { AZURE_CONFIG_DIR: ownProfile, ...brokerVariables });
    assert.equal(stage.tools.runs.length, 2);
  });

  it('writes no session of Azure CLI, which earlier steps share, where Azure PowerShell fails', async () => {
    const stage = new ToolStage({
      programs: ['az', 'pwsh'],
      azureCliVersion: '2.77.0',
      choice: ['azureCli', 'azurePowerShell'],
      reply: () => ({ exitCode: 71 }),
    });
    await assert.rejects(stage.signIn(), { code: 'AZURE_POWERSHELL_MISSING' });
    assert.deepEqual([...stage.files.contents.keys()], [`${directory}/id-token`]);
  });

  it('signs in nothing, and says so, where auto finds nothing', async () => {
    const stage = new ToolStage({ programs: [] });
    assert.deepEqual(await stage.signIn(), {});
    assert.deepEqual(stage.agent.said, [
      'Azure CLI is not signed in: there is no az on the PATH of this agent.',
      'Azure PowerShell is not signed in: there is no PowerShell on the PATH of this agent.',
    ]);
  });

  it('does not look for tools with none', async () => {
    const stage = new ToolStage({ programs: ['az', 'pwsh'], choice: [] });
    assert.deepEqual(await stage.signIn(), {});
    assert.deepEqual(stage.tools.runs, []);
    assert.deepEqual(stage.agent.said, []);
  });

  for (const [choice, programs, code] of [
    [['azureCli'], ['pwsh'], 'AZURE_CLI_MISSING'],
    [['azurePowerShell'], ['az'], 'AZURE_POWERSHELL_MISSING'],
  ] as const) {
    it(`names ${choice.join()}, which must be there: ${code}`, async () => {
      await assert.rejects(find(choice, programs), { code });
    });
  }

  const asked = [
    {
      choice: ['azureCli', 'azurePowerShell'],
      session: 'servicePrincipal',
      uses: ['azurePowerShell'],
    },
    { choice: ['azureCli'], session: 'managedIdentity', uses: ['azureCli'] },
    { choice: 'auto', session: 'managedIdentity', uses: [] },
  ] as const;
  for (const { choice, session, uses } of asked) {
    it(`expects of ${String(choice)} with ${session} that ${uses.join() || 'nobody'} asks the broker`, async () => {
      const found = await find(choice, ['az', 'pwsh']);
      assert.deepEqual(usesOf(found, session), uses);
    });
  }

  it('names Azure PowerShell, whose module must be there too', async () => {
    const stage = new ToolStage({
      programs: ['pwsh'],
      choice: ['azurePowerShell'],
      reply: () => ({ exitCode: 71 }),
    });
    await assert.rejects(stage.signIn(), {
      code: 'AZURE_POWERSHELL_MISSING',
      message:
        'The input tools names azurePowerShell, but pwsh is here without the module Az.Accounts.',
    });
  });
});
