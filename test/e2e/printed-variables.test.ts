import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assertFailsWell } from './support/failing.ts';
import { useTheatre } from './support/theatre.ts';

interface Row {
  readonly title: string;
  readonly task: string;
  /** What a step prints, of the form of a variable of the agent's own. */
  readonly variable: (connectionId: string) => string;
  readonly value: (victim: string) => string;
}

const data = JSON.stringify({
  environment: 'AzureCloud',
  environmentAuthorityUrl: 'https://evil.example/',
});

const rows: readonly Row[] = [
  {
    title: 'the host that the agent is served from',
    task: 'TokenRefresher',
    variable: () => 'ENDPOINT_URL_SYSTEMVSSCONNECTION',
    value: () => 'https://evil.example/',
  },
  {
    title: 'the same by the name of the environment',
    task: 'FederatedLogin',
    variable: () => 'SYSTEM_TEAMFOUNDATIONSERVERURI',
    value: () => 'https://evil.example/',
  },
  {
    title: 'the authority of the connection',
    task: 'TerraformOidcEnv',
    variable: (id) => `Endpoint.Data ${id}`,
    value: () => data,
  },
  {
    title: 'the directory that the post-job step removes',
    task: 'FederatedLogin',
    variable: () => 'VSTS_TASKVARIABLE_workloadIdentityDirectory',
    value: (victim) => victim,
  },
  {
    title: 'an input of the step',
    task: 'TokenRefresher',
    variable: () => 'input.accessTokens',
    value: () => 'EVIL_TOKEN = https://evil.example/.default',
  },
];

// Agents before 5.277 write the variables of a job over what they give themselves.
describe('A printed variable', function () {
  this.timeout(120_000);
  const theatre = useTheatre({ agent: { variablesLast: true } });
  let victim = '';
  beforeEach(() => {
    victim = mkdtempSync(join(tmpdir(), 'workload-identity-once-'));
    writeFileSync(join(victim, 'precious'), '');
  });
  afterEach(() => rmSync(victim, { recursive: true, force: true }));

  for (const { title, task, variable, value } of rows) {
    it(`cannot be ${title}`, async () => {
      const { emulator, stage } = theatre;
      const connection = emulator.addServiceConnection({ name: 'printed' });
      const name = variable(connection.id);
      const play = await stage.play({
        pipeline: {
          steps: [
            { bash: `echo '##vso[task.setvariable variable=${name}]${value(victim)}'` },
            {
              task: 'FederatedLogin@1',
              inputs: { azureSubscription: 'printed', refresh: 'false', tools: 'none' },
              condition: 'false',
            },
            { task: `${task}@1`, inputs: { azureSubscription: 'printed' } },
          ],
        },
        connections: [connection],
      });
      const line = assertFailsWell(play, {
        code: 'RESERVED_VARIABLES',
        remedy: /give them other names/,
      });
      assert.ok(line.includes(name), line);
      assert.deepEqual(play.journal, []);
      assert.ok(existsSync(join(victim, 'precious')));
    });
  }
});
