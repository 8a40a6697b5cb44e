import assert from 'node:assert/strict';
import type { PresentVariable } from '../../../../src/agent/pipeline-agent.ts';
import { unusedLines, type EndOfJob } from '../../../../src/delivery/variables/unused-endpoints.ts';
import type { Use } from '../../../../src/wire/expectation.ts';
import type { ConnectionReport } from '../../../../src/wire/report.ts';
import { noon } from '../../../support/builders.ts';

const idToken = '/connections/x/id-token';
const msi = '/connections/x/msi';
const ours = {
  ARM_OIDC_REQUEST_URL: `http://127.0.0.1:50505${idToken}?v=1`,
  IDENTITY_ENDPOINT: `http://127.0.0.1:50505${msi}`,
  AZURE_CONFIG_DIR: '/agent/_temp/workload-identity/x/azure',
};

function lineFor(
  use: Use,
  environment: EndOfJob['environment'] = ours,
  present: readonly PresentVariable[] = [],
): string {
  const path = use.startsWith('terraform') ? idToken : msi;
  const on = noon.toISOString();
  const report = { brokerId: 'b', startedOn: on, endedOn: on, connections: [aReport(use, path)] };
  const [line = '', ...more] = unusedLines(report, {
    environment,
    presentVariables: () => present,
  });
  assert.deepEqual(more, []);
  return line;
}

function aReport(use: Use, path: string): ConnectionReport {
  return {
    name: 'production',
    idTokens: 1,
    accessTokens: 0,
    failedRequests: 0,
    served: {},
    refusedAnswers: 0,
    longestWaitMs: 0,
    unused: [{ use, path }],
  };
}

const set = (name: string, source: PresentVariable['source']): readonly PresentVariable[] => [
  { name, isEmpty: false, source },
];

describe('what was set up and never asked for is told with the likely reason:', () => {
  for (const source of ['job', 'secret', 'environment'] as const) {
    it(`a variable of Terraform's that a later step set (${source})`, () => {
      assert.match(
        lineFor('terraform', ours, set('ARM_OIDC_TOKEN', source)),
        /^production: TerraformOidcEnv set Terraform up, but nobody asked .+ A later step set ARM_OIDC_TOKEN,/,
      );
    });
  }

  const rows: readonly { why: string; use: Use; with?: EndOfJob['environment']; says: RegExp }[] = [
    {
      why: 'a script that sets a token',
      use: 'terraform',
      says: /export ARM_OIDC_TOKEN=\$idToken/,
    },
    {
      why: 'the URL of another connection',
      use: 'terraform',
      with: { ARM_OIDC_REQUEST_URL: 'http://127.0.0.1:50505/connections/y/id-token?v=1' },
      says: /ARM_OIDC_REQUEST_URL was changed by a later step/,
    },
    { why: 'no provider block', use: 'terraform-variables', says: /provider block/ },
    { why: 'a profile of the task', use: 'azureCli', says: /task such as AzureCLI/ },
    {
      why: 'another profile',
      use: 'azureCli',
      with: { ...ours, AZURE_CONFIG_DIR: '/home/me/.azure' },
      says: /AZURE_CONFIG_DIR was changed/,
    },
    {
      why: 'another endpoint for Azure CLI',
      use: 'azureCli',
      with: { ...ours, IDENTITY_ENDPOINT: 'http://169.254.1.1' },
      says: /IDENTITY_ENDPOINT was changed/,
    },
    { why: 'a task that signs in by itself', use: 'azurePowerShell', says: /AzurePowerShell/ },
    { why: 'the token file, which comes first', use: 'managedIdentity', says: /_TOKEN_FILE first/ },
    {
      why: 'another endpoint',
      use: 'managedIdentity',
      with: {},
      says: /IDENTITY_ENDPOINT was changed/,
    },
  ];
  for (const { why, use, with: environment, says } of rows) {
    it(`${why}, for ${use}`, () => {
      assert.match(lineFor(use, environment), says);
    });
  }
});
