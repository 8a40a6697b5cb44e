import assert from 'node:assert/strict';
import { aTenantEntry } from '../../../support/azure-cli-profile.ts';
import { anAzureDevOpsConnection, collectionUri } from '../../../support/builders.ts';
import { ownProfile, profile, ToolStage, type ToolScene } from '../../../support/tool-stage.ts';

const scene = {
  programs: ['az'],
  connection: anAzureDevOpsConnection(),
  subscriptions: [],
  environment: { SYSTEM_TEAMPROJECT: 'Fabrikam Fiber' },
} as const satisfies ToolScene;

const defaults = `[defaults]\norganization = ${collectionUri}\nproject = Fabrikam Fiber\n`;

describe('The session of Azure CLI for a connection to Azure DevOps', () => {
  it('is that of the tenant alone, as az login --allow-no-subscriptions leaves it', async () => {
    const stage = new ToolStage({ ...scene, azureCliVersion: '2.77.0' });
    assert.deepEqual(await stage.signIn(), { AZURE_CONFIG_DIR: profile });
    assert.deepEqual(stage.tools.runs, []);
    const list = stage.files.contents.get(`${profile}/azureProfile.json`) ?? '';
    assert.deepEqual(JSON.parse(list.slice(1)), { subscriptions: [aTenantEntry()] });
    assert.deepEqual(stage.agent.warned, []);
  });

  for (const [told, version, folder] of [
    ['written', { azureCliVersion: '2.77.0' }, profile],
    ['left by az login', {}, ownProfile],
  ] as const) {
    it(`works in the organization and the project of the job where it is ${told}`, async () => {
      const stage = new ToolStage({ ...scene, ...version });
      await stage.signIn();
      assert.equal(stage.files.contents.get(`${folder}/azuredevops/config`), defaults);
    });
  }

  it('has no such defaults for a connection to Azure', async () => {
    const stage = new ToolStage({ programs: ['az'], azureCliVersion: '2.77.0' });
    await stage.signIn();
    assert.ok(!stage.files.contents.has(`${profile}/azuredevops/config`));
  });
});
