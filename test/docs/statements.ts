/** A statement of the README, by words of it, and where in the repository it is shown. */
export interface Statement {
  readonly says: string;
  /** A test plays it, the benchmark measured it, or a page of ours names the source that was read. */
  readonly shown: 'test' | 'measurement' | 'source';
  readonly by: readonly [string, ...string[]];
}

const test = (says: string, ...by: readonly [string, ...string[]]): Statement => ({
  says,
  shown: 'test',
  by,
});
const measurement = (says: string, ...by: readonly [string, ...string[]]): Statement => ({
  says,
  shown: 'measurement',
  by,
});
const source = (says: string, ...by: readonly [string, ...string[]]): Statement => ({
  says,
  shown: 'source',
  by,
});

const examples = 'test/e2e/examples.test.ts';
const oneBroker = 'test/e2e/one-broker.test.ts';
const jobTypes = 'test/e2e/job-types.test.ts';
const terraform = 'test/e2e/terraform.test.ts';
const cliProfile = 'test/e2e/azure-cli-profile.test.ts';
const failures = 'test/e2e/failures.test.ts';
const accessTokens = 'test/e2e/access-tokens.test.ts';
const manifests = 'test/package/task-manifests.test.ts';
const leftovers = 'test/unit/delivery/variables/leftovers.test.ts';
const tasks = 'docs/TASKS.md';
const comparison = 'docs/COMPARISON.md';
const conformance = 'docs/CONFORMANCE.md';

/** Every statement of the README, in its order. */
export const statements: readonly Statement[] = [
  test(
    'every tool in the job is signed in',
    'test/e2e/sdk-programs.test.ts',
    terraform,
    cliProfile,
  ),
  test('There is no secret anywhere', 'test/harness/leaks', terraform),
  measurement('stay signed in until the job ends', conformance),
  source('rests on two short tokens', conformance),
  source('lasts about ten minutes', tasks),
  source('cannot renew its sign-in', tasks),
  measurement('It fails with `AADSTS700024` after 10, 40 or 60 minutes', conformance, tasks),
  test('small background process, the broker', oneBroker),
  test('replaces each token before it expires', 'test/unit/refresh/token-keeper.test.ts'),
  test('It ends with the job, and leaves nothing behind', jobTypes, oneBroker),
  test('is the name of your service connection', examples),
  test('Every later step of the job is signed in too', cliProfile, 'test/e2e/sdk-programs.test.ts'),
  test('The step checks the sign-in first', failures),
  test('No credential belongs in the Terraform code', terraform),
  test('_Storage Blob Data Contributor_', 'test/harness/emulator/blob.test.ts', terraform),
  measurement('OpenTofu works in the same way', conformance),
  source('`ubuntu-latest` has no Terraform', 'docs/EXAMPLES.md'),
  test('1. **Install.**', 'test/package/packing.test.ts'),
  test('2. **Connect.**', 'test/wif/connect.test.ts', 'test/wif/convert.test.ts'),
  source('3. **Permit.**', 'docs/SUPPORT.md'),
  test('Each job has its own step', failures),
  source('In a job of a few minutes, you can leave', tasks),
  test(
    '| `AzureCLI@2` with `az` commands',
    cliProfile,
    'test/external/azure-cli/profile-keeper.test.ts',
  ),
  source('| `AzureCLI@2` for each of many small steps', tasks),
  measurement('| `export ARM_OIDC_TOKEN=$idToken` before Terraform', conformance, tasks),
  source('| `##vso[task.setvariable variable=ARM_OIDC_TOKEN]$idToken`', tasks),
  source('| `TerraformTask@5`', tasks),
  source('| `TerraformCLI@1`', tasks),
  measurement('| `echo $idToken > file`', conformance, 'test/e2e/other-clouds.test.ts'),
  source('| `$servicePrincipalKey` or `ARM_CLIENT_SECRET`', tasks, 'docs/MIGRATION.md'),
  test('| `az account get-access-token` into a variable', accessTokens),
  source('| `AzurePowerShell@5`, ARM template, Web App', tasks),
  test(
    '| `FederatedLogin@1`',
    'test/unit/tasks/FederatedLogin/federated-login.test.ts',
    cliProfile,
  ),
  test('| `TerraformOidcEnv@1`', terraform, 'test/e2e/two-identities.test.ts'),
  test(
    '| `TokenRefresher@1`',
    'test/unit/tasks/TokenRefresher/token-refresher.test.ts',
    accessTokens,
  ),
  test('Each works alone, in any order', oneBroker),
  test('One input is required: `azureSubscription`', manifests),
  test('What the tasks set are plain variables', manifests, accessTokens),
  measurement('A step that starts no tool takes about a tenth of a second', 'docs/PERFORMANCE.md'),
  test(
    'The log says who is signed in',
    'test/unit/delivery/log.test.ts',
    'test/unit/session/report.test.ts',
  ),
  test('The page of a run has a tab', 'test/tab/page.test.ts', 'test/e2e/results-tab.test.ts'),
  test('Where Azure DevOps was away for too long', 'test/tab/page.test.ts'),
  test('No secret is stored', 'test/harness/leaks', jobTypes),
  test('No token stands in a command line', 'test/harness/leaks', accessTokens),
  test(
    'listens on `127.0.0.1` only',
    'test/external/broker/loopback-server.test.ts',
    'test/e2e/broker-attackers.test.ts',
  ),
  test(
    'to Azure DevOps over https and nowhere else',
    'test/unit/id-token/job.test.ts',
    'test/external/upstream/azure-devops.test.ts',
  ),
  test('Variables left by other steps', leftovers, 'test/e2e/bad-input.test.ts'),
  test('`allowedTenantIds` and `allowedSubscriptionIds` stop a job', 'test/e2e/bad-input.test.ts'),
  test(
    'Nothing is sent to anyone but Azure DevOps and Azure',
    manifests,
    'test/package/gates.test.ts',
  ),
  source('Programs of the same user on the same machine', 'docs/SECURITY.md'),
  measurement('reaches the token file but not the broker', conformance, jobTypes),
  test('A job ends after `timeoutInMinutes`', jobTypes, 'test/e2e/broker-refused.test.ts'),
  source('Tasks that keep their sign-in in memory', tasks),
  measurement('A program in Go or Python keeps a token file', conformance, 'docs/LIMITS.md'),
  source('A registry sign-in is not renewed', tasks),
  test('Builds of forks get no service connection', failures),
  source('Azure DevOps Server was not tried', 'docs/SUPPORT.md'),
  test('Our tests run on Linux, in Wine', 'test/windows', conformance),
  source('You may not need this extension', comparison),
  test('- **Agent**: version 3.234.0', manifests),
  test('- **Connection**: _Azure Resource Manager_', failures, 'test/e2e/bad-input.test.ts'),
  test('- **Network**: Azure DevOps, your Entra authority', 'test/e2e/broker-network.test.ts'),
  test('- **Clouds**: public, US Government, China', 'test/e2e/clouds.test.ts'),
  measurement('- **Tools**: Azure CLI 2.60', conformance, 'docs/LIMITS.md'),
  test('Nothing stays on agents, in Azure or in your connections', jobTypes),
  test(
    'The log has one line that says what failed',
    failures,
    'test/external/agent/pipeline-agent.test.ts',
  ),
  test('Trouble that passes is retried for up to two minutes', 'test/e2e/waiting.test.ts'),
  test('a failure also shows its place in our code', 'test/external/agent/pipeline-agent.test.ts'),
  test('It says what the broker did and what it was refused', 'test/unit/session/report.test.ts'),
  source('[changelog](CHANGELOG.md)', 'CHANGELOG.md', 'LICENSE'),
];
