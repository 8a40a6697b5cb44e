import assert from 'node:assert/strict';
import { assertGreen, useTheatre } from './support/theatre.ts';

const clouds = [
  { cloud: 'AzureCloud', authority: 'https://login.microsoftonline.com/', terraform: undefined },
  {
    cloud: 'AzureUSGovernment',
    authority: 'https://login.microsoftonline.us/',
    terraform: 'usgovernment',
  },
  { cloud: 'AzureChinaCloud', authority: /https:\/\/login\..+\.cn\//, terraform: 'china' },
  { cloud: 'AzureStack', authority: 'https://login.microsoftonline.com/', terraform: 'stack' },
];

describe('The cloud', function () {
  this.timeout(300_000);
  const theatre = useTheatre();

  for (const { cloud, authority, terraform } of clouds) {
    for (const identity of ['app-registration', 'managed-identity'] as const) {
      it(`${cloud} is signed in to with an ${identity}, and its tools know it`, async () => {
        const { emulator, stage } = theatre;
        const name = `${cloud}-${identity}`;
        const connection = emulator.addServiceConnection({
          name,
          cloud,
          identity,
          resourceManagerUrl: `https://management.${identity}.azurestack.external/`,
        });
        const play = await stage.play({
          pipeline: `
steps:
  - task: FederatedLogin@1
    inputs: { azureSubscription: ${name}, tools: none }
  - task: TerraformOidcEnv@1
    inputs: { azureSubscription: ${name} }
`,
          connections: [connection],
        });
        assertGreen(play);
        const { variables } = play.report;
        const named = variables['AZURE_AUTHORITY_HOST']?.value ?? '';
        if (typeof authority === 'string') assert.equal(named, authority);
        else assert.match(named, authority);
        assert.equal(variables['ARM_ENVIRONMENT']?.value, terraform);
      });
    }
  }

  for (const scopeLevel of ['ManagementGroup', 'None'] as const) {
    it(`is signed in to without a subscription by a connection of the scope ${scopeLevel}`, async () => {
      const { emulator, stage } = theatre;
      const connection = emulator.addServiceConnection({ name: scopeLevel, scopeLevel });
      const play = await stage.play({
        pipeline: `
steps:
  - task: FederatedLogin@1
    name: login
    inputs: { azureSubscription: ${scopeLevel}, tools: none }
`,
        connections: [connection],
      });
      assertGreen(play);
      assert.equal(play.report.variables['AZURE_SUBSCRIPTION_ID'], undefined);
      assert.equal(play.report.outputs['login.subscriptionId']?.value, '');
    });
  }
});
