import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  startEmulator,
  type Emulator,
  type Fault,
  type ServiceConnection,
  type ServiceConnectionOptions,
} from '../harness/emulator/emulator.ts';
import { Stage, type Play } from '../harness/stage.ts';
import { assertFailsWell, type ExpectedFailure } from './support/failing.ts';
import { assertGreen, linesOf, useTheatre } from './support/theatre.ts';

interface Row extends ExpectedFailure {
  readonly title: string;
  readonly connection?: Partial<ServiceConnectionOptions>;
  readonly fault?: Pick<Fault, 'at' | 'kind'>;
  readonly isUnreferenced?: boolean;
  /** Whether the message shows the issuer, the subject and the audience. */
  readonly isMismatch?: boolean;
  /** Whether the credential to create is shown. */
  readonly isCurable?: boolean;
}

const credential =
  /edit and save the service connection; else create.+api:\/\/AzureADTokenExchange/;

const entra = (number: number, title: string, remedy: RegExp, more: Partial<Row> = {}): Row => ({
  title,
  fault: { at: 'entra', kind: { aadsts: number } },
  code: `AADSTS${number}`,
  remedy,
  ...more,
});
const mismatch = (number: number, title: string): Row =>
  entra(number, title, credential, { isMismatch: true, isCurable: true });

/** Far beyond what a task waits for, so that it gives up at once, as it should. */
const muchLater = { retryAfterSeconds: 300 };

const rows: readonly Row[] = [
  mismatch(70021, 'no matching credential'),
  mismatch(70025, 'no credential at all'),
  mismatch(700211, 'another issuer'),
  mismatch(700212, 'another audience'),
  mismatch(700213, 'another subject'),
  mismatch(700214, 'a credential with another audience'),
  mismatch(7002138, 'another letter case'),
  entra(70052, 'several tenants', /one tenant/, { isMismatch: true }),
  entra(700223, 'federation switched off', /administrator of the tenant/, { isMismatch: true }),
  entra(700238, 'an issuer that is not allowed', /allow this issuer/, { isMismatch: true }),
  entra(700016, 'an application that is gone', /client ID and the tenant ID/),
  entra(700030, 'a certificate', /service connection/),
  entra(700038, 'a client ID of nobody', /client ID of the connection/),
  entra(7000215, 'a wrong secret', /workload identity federation, which has no secret/),
  entra(7000222, 'an old secret', /Convert the connection/),
  entra(50027, 'a malformed token', /proxy/),
  entra(53003, 'Conditional Access', /policy for workload identities/),
  entra(90002, 'a tenant of nowhere', /tenant ID and the cloud/),
  entra(900382, 'two clouds', /service connection/),
  entra(500011, 'a resource of nowhere', /scope/),
  entra(65001, 'no consent', /consent/),
  entra(1234567, 'a number that nobody knows', /login\.microsoftonline\.com\/error/),
  {
    title: 'a true mismatch, as Entra itself finds it',
    connection: { issuer: 'entra', federatedCredential: { subject: 'sc://contoso/shop/old' } },
    code: 'AADSTS700213',
    remedy: credential,
    isMismatch: true,
    isCurable: true,
  },
  {
    title: 'a connection that the job does not name',
    isUnreferenced: true,
    code: 'CONNECTION_NOT_REFERENCED',
    remedy: /input of a task in this very job/,
  },
  {
    title: 'a connection that is gone',
    fault: { at: 'oidctoken', kind: { status: 404 } },
    code: 'CONNECTION_NOT_FOUND',
    remedy: /exists, is not disabled/,
  },
  {
    title: 'a permission that is gone',
    fault: { at: 'oidctoken', kind: { status: 403 } },
    code: 'ID_TOKEN_REFUSED',
    remedy: /permitted to use the connection/,
  },
  {
    title: 'a job access token that has ended',
    fault: { at: 'oidctoken', kind: { status: 401 } },
    code: 'JOB_TOKEN_REFUSED',
    remedy: /shorter jobs/,
  },
  {
    title: 'throttling by Azure DevOps',
    fault: { at: 'oidctoken', kind: { status: 429, ...muchLater } },
    code: 'DEVOPS_THROTTLED',
    remedy: /Usage/,
  },
  {
    title: 'an outage of Azure DevOps',
    fault: { at: 'oidctoken', kind: { status: 503, ...muchLater } },
    code: 'DEVOPS_UNAVAILABLE',
    remedy: /status\.dev\.azure\.com/,
  },
  {
    title: 'throttling by Entra',
    fault: { at: 'entra', kind: { status: 429, ...muchLater } },
    code: 'ENTRA_THROTTLED',
    remedy: /Wait a few minutes/,
  },
  {
    title: 'an outage of Entra',
    fault: { at: 'entra', kind: { status: 503, ...muchLater } },
    code: 'ENTRA_UNAVAILABLE',
    remedy: /azure\.status\.microsoft/,
  },
  {
    title: 'an outage of Resource Manager',
    fault: { at: 'arm', kind: { status: 503, ...muchLater } },
    code: 'RESOURCE_MANAGER_UNAVAILABLE',
    remedy: /azure\.status\.microsoft/,
  },
];

/** What may pass is waited out for up to two minutes, so these run beside all the others. */
const slowRows: readonly Row[] = [
  {
    title: 'a sign-in page',
    fault: { at: 'oidctoken', kind: 'sign-in-page' },
    code: 'DEVOPS_SIGN_IN_PAGE',
    remedy: /proxy or gateway/,
  },
  {
    title: 'a page in place of the subscription',
    fault: { at: 'arm', kind: 'html' },
    code: 'RESOURCE_MANAGER_UNAVAILABLE',
    remedy: /proxy or gateway/,
  },
  entra(700024, 'an ID token out of its time', /agent's clock/),
  entra(7000272, 'a key that is not known yet', /issuer/, { isMismatch: true }),
];

describe('A failure', function () {
  this.timeout(600_000);
  const theatre = useTheatre();
  const slow = new Map<Row, Promise<Played>>();

  before(() => {
    for (const row of slowRows) slow.set(row, playAside(row));
  });
  after(() => Promise.allSettled(slow.values()));

  for (const row of [...rows, ...slowRows]) {
    it(`by ${row.title} is told as ${row.code}, with what to do`, async () => {
      const { play, connection } = await (slow.get(row) ??
        playRow(row, theatre.stage, theatre.emulator));
      const line = assertFailsWell(play, row);
      const { issuer, subject } = connection;
      const { log, rawLog, summaries } = play.report;
      // The step ends a broker that it started, and its post-job step knows that.
      assert.doesNotMatch(log, /Nothing was found of the broker/);
      assert.equal(line.includes('It presented issuer'), row.isMismatch === true, line);
      if (row.isMismatch === true) {
        // The log masks what the connection carries; before that, all three are there.
        for (const part of [issuer, subject]) assert.ok(rawLog.includes(`${part},`), part);
        assert.match(line, /, audience (api:\/\/AzureADTokenExchange|fb60f99c-[0-9a-f-]{27})\./);
      }
      const guides = summaries.filter((text) => text.includes('federated credential to create'));
      assert.equal(guides.length, row.isCurable === true ? 1 : 0);
      for (const guide of guides) {
        for (const part of [issuer, subject, connection.clientId]) {
          assert.ok(guide.includes(part), part);
        }
        assert.match(line, /summary of this run/);
        assert.match(log, /az ad app federated-credential create/);
        assert.match(log, /azurerm_federated_identity_credential/);
      }
    });
  }

  it('of the agent to run the task at all, as for forks, leaves later steps without identity, and skips those that look for one', async () => {
    const connection = theatre.emulator.addServiceConnection({ name: 'fork' });
    const play = await theatre.stage.play({
      pipeline: `
steps:
  - task: FederatedLogin@1
    name: login
    inputs: { azureSubscription: fork, tools: none }
  - bash: test -z "\${AZURE_CLIENT_ID:-}" && echo "not signed in"
    displayName: later
  - bash: exit 1
    displayName: with the condition of the documents
    condition: and(succeeded(), ne(variables['login.clientId'], ''))
`,
      connections: [connection],
      variables: { 'System.PullRequest.IsFork': 'True' },
    });
    assertGreen(play);
    assert.deepEqual(
      play.report.steps.map(({ result }) => result),
      ['Skipped', 'Succeeded', 'Skipped', 'Skipped'],
    );
    assert.ok(linesOf(play.report, 'later').includes('not signed in'));
  });
});

interface Played {
  readonly play: Play;
  readonly connection: ServiceConnection;
}

/** In a world of its own, since the leak detector knows no job beside its own. */
async function playAside(row: Row): Promise<Played> {
  const folder = mkdtempSync(join(tmpdir(), 'emulator-'));
  const emulator = await startEmulator({ folder });
  const stage = new Stage(emulator);
  try {
    return await playRow(row, stage, emulator);
  } finally {
    stage.close();
    await emulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function playRow(row: Row, stage: Stage, emulator: Emulator): Promise<Played> {
  const name = row.code.toLowerCase();
  const connection = emulator.addServiceConnection({ name, ...row.connection });
  const fault = row.fault === undefined ? undefined : emulator.faults.inject(row.fault);
  try {
    const play = await stage.play({
      pipeline: `
steps:
  - task: FederatedLogin@1
    inputs: { azureSubscription: ${name}, tools: none, propagationTimeout: 0 }
`,
      connections: [connection],
      ...(row.isUnreferenced === true ? { referenced: [] } : {}),
    });
    return { play, connection };
  } finally {
    fault?.clear();
  }
}
