import { buildSync } from 'esbuild';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const tempDirectory = mkdtempSync(join(tmpdir(), 'agent-'));
const program = join(tempDirectory, 'program.mjs');

/** What an agent gives to a step, as far as this task looks at it. */
const given = {
  PATH: process.env['PATH'] ?? '',
  SYSTEM_PLANID: 'plan',
  SYSTEM_JOBID: 'job',
  SYSTEM_HOSTTYPE: 'build',
  SYSTEM_TEAMPROJECTID: 'project',
  SYSTEM_COLLECTIONURI: '',
  SYSTEM_TEAMFOUNDATIONCOLLECTIONURI: 'https://dev.azure.com/contoso/',
  SYSTEM_TEAMFOUNDATIONSERVERURI: 'https://vsrm.dev.azure.com/contoso/',
  AGENT_TEMPDIRECTORY: tempDirectory,
  AGENT_CAINFO: '/agent/ca.pem',
  AGENT_PROXYURL: 'http://proxy.example:3128',
  AGENT_PROXYUSERNAME: 'me',
  SECRET_AGENT_PROXYPASSWORD: 'the-password',
  AGENT_PROXYBYPASSLIST: '["^https://intranet", 3]',
  INPUT_AZURESUBSCRIPTION: ' connection-1 ',
  ENDPOINT_URL_SYSTEMVSSCONNECTION: 'https://dev.azure.com/contoso/',
  ENDPOINT_AUTH_SYSTEMVSSCONNECTION: JSON.stringify({
    scheme: 'OAuth',
    parameters: { AccessToken: 'the-job-token' },
  }),
  'ENDPOINT_URL_connection-1': 'https://management.azure.com/',
  'ENDPOINT_AUTH_connection-1': JSON.stringify({
    scheme: 'WorkloadIdentityFederation',
    parameters: { ServicePrincipalId: 'client', TenantId: 'tenant' },
  }),
  'ENDPOINT_DATA_connection-1': JSON.stringify({ subscriptionId: 'subscription', odd: 7 }),
  VSTS_SECRET_VARIABLES: '["AZURE_CLIENT_SECRET","Agent.ProxyPassword"]',
  SECRET_AZURE_CLIENT_SECRET: 'left-over',
  VSTS_PUBLIC_VARIABLES: '["azure.client.id"]',
  AZURE_CLIENT_ID: '',
  AZURE_TENANT_ID: 'of-the-agent',
};

function run(changes: Record<string, string> = {}, ...words: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], {
    cwd: tempDirectory,
    env: { ...given, ...changes },
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  assert.equal(stderr, '');
  return stdout;
}

const seenBy = (output: string): Record<string, unknown> =>
  JSON.parse(/^SEEN (.*)$/m.exec(output)?.[1] ?? 'null') as Record<string, unknown>;

describe('The agent as a task sees it', function () {
  this.timeout(30_000);
  // As a bundle, which is how it runs on an agent: there the library's exports are live.
  before(() => {
    buildSync({
      entryPoints: [fileURLToPath(new URL('../programs/tell-agent.ts', import.meta.url))],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      banner: {
        js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);",
      },
    });
  });
  after(() => rmSync(tempDirectory, { recursive: true, force: true }));

  for (const name of [
    'VSTS_TASKVARIABLE_x',
    'ENDPOINT_URL_SYSTEMVSSCONNECTION',
    'Input.AzureSubscription',
    // They arrive under the names of what the agent itself says, and nobody keeps them read-only.
    'SYSTEM_TEAMFOUNDATIONSERVERURI',
    'System OidcRequestUri',
    'AGENT_TEMPDIRECTORY',
  ]) {
    for (const list of ['VSTS_PUBLIC_VARIABLES', 'VSTS_SECRET_VARIABLES']) {
      it(`refuses a job with the variable ${name} in ${list}, but cleans up in it`, () => {
        const own = ['Build.BuildId', 'system.teamFoundationServerUri', 'Agent.TempDirectory'];
        const changes = { [list]: JSON.stringify([...own, name]) };
        assert.match(
          run(changes),
          /##vso\[task\.complete result=Failed;\].+\(RESERVED_VARIABLES\)/,
        );
        assert.match(run(changes, 'clean-up'), /^SEEN /m);
      });
    }
  }

  it('gives job, network, input and connection, with names in lower case', () => {
    const output = run();
    assert.deepEqual(seenBy(output), {
      job: {
        planId: 'plan',
        jobId: 'job',
        hostType: 'build',
        projectId: 'project',
        collectionUri: 'https://dev.azure.com/contoso/',
        serverUri: 'https://vsrm.dev.azure.com/contoso/',
        jobAccessToken: 'the-job-token',
      },
      proxy: {
        url: 'http://proxy.example:3128',
        username: 'me',
        password: 'the-password',
        bypass: ['^https://intranet'],
      },
      authoritiesFile: '/agent/ca.pem',
      tempDirectory,
      hasWorker: true,
      input: 'connection-1',
      endpoint: {
        id: 'connection-1',
        url: 'https://management.azure.com/',
        scheme: 'WorkloadIdentityFederation',
        parameters: { serviceprincipalid: 'client', tenantid: 'tenant' },
        data: { subscriptionid: 'subscription' },
      },
      missing: true,
      present: [
        { name: 'AZURE_CLIENT_ID', isEmpty: true, source: 'job' },
        { name: 'AZURE_TENANT_ID', isEmpty: false, source: 'environment' },
        { name: 'AZURE_CLIENT_SECRET', isEmpty: false, source: 'secret' },
      ],
    });
    assert.match(output, /##vso\[task\.complete result=Succeeded;\]/);
  });

  it('takes user and password of a proxy out of its address, where they are encoded', () => {
    const output = run({
      AGENT_PROXYURL: 'proxy.example:3128',
      AGENT_PROXYUSERNAME: '',
      SECRET_AGENT_PROXYPASSWORD: '',
    });
    assert.deepEqual(seenBy(output)['proxy'], {
      url: 'http://proxy.example:3128',
      bypass: ['^https://intranet'],
    });
    const encoded = run({
      AGENT_PROXYURL: 'http://the%20user:100%25sure%41@proxy.example',
      AGENT_PROXYUSERNAME: '',
      SECRET_AGENT_PROXYPASSWORD: '',
    });
    assert.deepEqual(seenBy(encoded)['proxy'], {
      url: 'http://proxy.example:80',
      username: 'the user',
      password: '100%sureA',
      bypass: ['^https://intranet'],
    });
  });

  it('writes no file when it is loaded', () => {
    run();
    assert.deepEqual(readdirSync(tempDirectory), ['program.mjs']);
  });

  it('writes no credential to the debug log itself', () => {
    const output = run({ SYSTEM_DEBUG: 'true' }).replace(/^SEEN .*$/m, '');
    assert.match(output, /##vso\[task\.debug\]/);
    assert.doesNotMatch(output, /the-job-token|the-password|left-over/);
  });

  it('is told of a failure in one line that is no other command', () => {
    const output = run({ INPUT_FAIL: 'told' });
    const lines = output.split('\n').filter((line) => line.includes('##vso[task.complete'));
    assert.equal(lines.length, 1);
    assert.match(
      lines[0] ?? '',
      /^##vso\[task\.complete result=Failed;\]It is #vso\[x\]wrong\. Mend it\. \(INPUT_INVALID\)$/,
    );
  });

  it('logs what nobody foresaw without its text, and its place in the code', () => {
    const output = run({ INPUT_FAIL: 'unforeseen', SYSTEM_DEBUG: 'true' });
    assert.match(output, /result=Failed;\].*RangeError.*\(UNEXPECTED\)/);
    assert.match(output, /^ {2}at .*program\.mjs:\d+/m);
    assert.doesNotMatch(output, /hidden text/);
  });

  it('warns of what nobody foresaw in a clean-up, and logs its place in the code', () => {
    const output = run({ INPUT_FAIL: 'unforeseen', SYSTEM_DEBUG: 'true' }, 'clean-up');
    assert.match(output, /##vso\[task\.issue type=warning;.*RangeError.*\(UNEXPECTED\)/);
    assert.match(output, /^ {2}at .*program\.mjs:\d+/m);
    assert.doesNotMatch(output, /hidden text|task\.complete/);
  });

  it('is refused where it names no temp folder, in which alone a token may lie', () => {
    const output = run({ AGENT_TEMPDIRECTORY: '' });
    assert.match(output, /result=Failed;\].*Agent\.TempDirectory.*\(JOB_CONTEXT_MISSING\)/);
  });
});
