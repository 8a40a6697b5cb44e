import assert from 'node:assert/strict';
import { remembered } from '../../../../src/session/remembered.ts';
import { forgetAzurePowerShell } from '../../../../src/tools/azure-powershell/forget.ts';
import { contextName } from '../../../../src/tools/azure-powershell/scripts.ts';
import { ids } from '../../../support/builders.ts';
import { FakeAgent } from '../../../support/fake-agent.ts';
import { FakeMachineFolders } from '../../../support/fake-machine-folders.ts';
import { FakeTools } from '../../../support/fake-tools.ts';

const devOps = { azureSubscription: '', azureDevOpsServiceConnection: ids.azureDevOps };

async function forget(
  context: string,
  inputs: Readonly<Record<string, string>>,
): Promise<{ agent: FakeAgent; tools: FakeTools }> {
  const taskVariables = { [remembered.powerShellContext]: context };
  const agent = new FakeAgent({ inputs, taskVariables });
  const tools = new FakeTools(['pwsh']);
  await forgetAzurePowerShell({ agent, tools, folders: new FakeMachineFolders() });
  return { agent, tools };
}

describe('The sign-in of Azure PowerShell, at the end of its job', () => {
  for (const [kind, id, inputs] of [
    ['Azure', ids.connection, {}],
    [
      'Azure, named in capitals',
      ids.connection,
      { azureSubscription: ids.connection.toUpperCase() },
    ],
    ['Azure DevOps', ids.azureDevOps, devOps],
  ] as const) {
    it(`is removed where its connection is one to ${kind}`, async () => {
      const context = contextName(id, ids.job);
      const { agent, tools } = await forget(context, inputs);
      assert.match(String(tools.runs[0]?.input), new RegExp(`'${context}'`));
      assert.deepEqual(agent.warned, []);
    });
  }

  it('stays where it is not that of this step, and the log says so', async () => {
    for (const inputs of [{}, devOps]) {
      const { agent, tools } = await forget(contextName('another', ids.job), inputs);
      assert.deepEqual(tools.runs, []);
      assert.match(agent.log, /is not that of this step, so it was not removed/);
    }
  });
});
