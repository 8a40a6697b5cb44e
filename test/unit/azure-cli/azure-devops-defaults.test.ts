import assert from 'node:assert/strict';
import {
  azureDevOpsConfig,
  writeAzureDevOpsDefaults,
} from '../../../src/azure-cli/azure-devops-defaults.ts';
import { collectionUri } from '../../support/builders.ts';
import { FakeFiles } from '../../support/fakes.ts';

const organization = new URL(collectionUri);
const profile = '/agent/_temp/workload-identity/x/azure';

describe('the defaults of az devops', () => {
  for (const [told, project, line] of [
    ['its name', 'Fabrikam Fiber', '\nproject = Fabrikam Fiber\n'],
    ['a name with a percent sign', '100%', '\nproject = 100%%\n'],
    ['a name with a mark of direction', 'שלום\u200f A', '\nproject = שלום\u200f A\n'],
    ['a name of two lines, as one', 'a\n[x]', '\nproject = a [x]\n'],
    ['no name', undefined, '/\n'],
  ] as const) {
    it(`name the organization and the project by ${told}`, () => {
      const config = azureDevOpsConfig({ organization, project });
      assert.ok(config.startsWith('[defaults]\norganization = https://dev.azure.com/contoso/\n'));
      assert.ok(config.endsWith(line), config);
    });
  }

  it('keep what a step has set since', async () => {
    const files = new FakeFiles();
    files.directories.add(profile);
    await writeAzureDevOpsDefaults(profile, { organization, project: 'shop' }, files);
    const path = `${profile}/azuredevops/config`;
    assert.match((await files.read(path)) ?? '', /project = shop/);
    await files.replace(path, '[defaults]\nproject = other\n');
    await writeAzureDevOpsDefaults(profile, { organization, project: 'shop' }, files);
    assert.match((await files.read(path)) ?? '', /project = other/);
  });
});
