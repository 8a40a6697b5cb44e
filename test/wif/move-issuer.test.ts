import assert from 'node:assert/strict';
import { AzureCliStandIn } from './support/azure-cli.ts';
import { until, useDesk } from './support/desk.ts';
import type { ChangedConnection, ChangeReport } from './support/reports.ts';

type MoveReport = ChangeReport<ChangedConnection & { readonly command: string }>;

const none = { result: '', reason: '', detail: '', command: '', by: '' };

describe('wif move-issuer', function () {
  this.timeout(90_000);
  const desk = useDesk();
  let az: AzureCliStandIn;
  const legacy = (name: string, options: object = {}) =>
    desk().emulator.office.addConnection({ name, issuer: 'azure-devops', ...options });
  const moves = (): readonly string[][] => az.commands.filter(([first]) => first === 'devops');
  const writes = (): readonly unknown[] =>
    desk().emulator.journal.entries.filter(
      ({ method, route }) => method !== 'GET' && route !== 'entra-token',
    );
  const row = ({ connections }: MoveReport, name: string) =>
    connections.find((one) => one.name === name) ?? none;
  beforeEach(async () => {
    az = await AzureCliStandIn.on(desk());
  });
  afterEach(() => {
    az.close();
    desk().assertNoCredential(...(desk().has('wif-contoso.jsonl') ? ['wif-contoso.jsonl'] : []));
  });

  it('says in a dry run what moves, what must stay and why, and the exact commands', async () => {
    const { office, tenantId } = desk().emulator;
    const { subject } = legacy("it's old");
    const { clientId } = legacy('saas');
    office.changeApplication(clientId, { isMultiTenant: true });
    legacy('gov', { cloud: 'AzureUSGovernment' });
    office.addConnection({ name: 'new', issuer: 'entra' });
    office.addConnection({ name: 'secret', scheme: 'ServicePrincipal' });
    const report = await desk().json<MoveReport>(0, 'move-issuer', '--all');
    assert.deepEqual(report.results, { stays: 4, 'would move': 1 });
    assert.equal(row(report, 'saas').reason, 'several-tenants');
    const quoted = `'${subject.replaceAll("'", String.raw`'\\''`)}'`.replaceAll('\\\\', '\\');
    assert.equal(
      row(report, "it's old").command,
      `az devops service-endpoint convert --azdo-subject ${quoted} --tenant-id ${tenantId} --output json`,
    );
    const named = await desk().json<MoveReport>(1, 'move-issuer', 'gov');
    assert.equal(row(named, 'gov').reason, 'other-cloud');
    assert.deepEqual([az.commands, writes()], [[], []]);
  });

  it('moves, waits and verifies; then names the old credential once a run has signed in', async () => {
    const { office } = desk().emulator;
    const { id, clientId, subject } = legacy('$(touch x) "old"; & %PATH%');
    office.conversionMs = 3_000;
    const first = await desk().json<MoveReport>(0, 'move-issuer', id, '--apply');
    assert.deepEqual(first.results, { moved: 1 });
    assert.match(first.connections[0]?.detail ?? '', /keep its old credential until a run/);
    assert.equal(office.connection(id).issuerKind, 'entra');
    assert.deepEqual(
      moves().map((words) => words[4]),
      [subject],
    );
    assert.ok(!desk().has('x'));
    office.use(id);
    const second = await desk().json<MoveReport>(0, 'move-issuer', id, '--apply');
    const [{ by, detail, command } = none] = second.connections;
    assert.deepEqual([by, detail], ['an earlier run', 'its old credential can be deleted']);
    assert.match(
      command,
      new RegExp(
        `^az ad app federated-credential delete --id ${clientId} --federated-credential-id `,
      ),
    );
    assert.equal(moves().length, 1);
  });

  for (const [what, options] of [
    ['was created manually', { creationMode: 'Manual' }],
    ['lost its creator', { creatorHasLeft: true }],
  ] as const) {
    it(`makes the credential with the rights of the caller for a connection that ${what}`, async () => {
      const { id, clientId } = legacy('old', options);
      const report = await desk().json<MoveReport>(0, 'move-issuer', 'old', '--apply');
      assert.deepEqual(report.results, { moved: 1 });
      const { office } = desk().emulator;
      const { subject } = office.connection(id);
      const held = office.application(clientId).federatedCredentials;
      assert.equal(held.filter((one) => one.subject === subject).length, 1);
    });
  }

  it('keeps the old credential where another connection shares it', async () => {
    const { office } = desk().emulator;
    const { id, clientId } = legacy('old');
    const before = office.application(clientId).federatedCredentials;
    const shared = office.addProject('billing');
    const twin = legacy('old', { project: shared });
    office.changeApplication(clientId, { federatedCredentials: before });
    const words = ['move-issuer', '--all', '--apply', '--wait', '3'];
    const report = await desk().json<MoveReport>(3, ...words);
    assert.deepEqual(report.results, { 'under way': 1, moved: 1 });
    const moved = report.connections.find(({ result }) => result === 'moved') ?? none;
    assert.match(moved.detail, /keep its old credential: (shop|billing)\/old needs it/);
    assert.notEqual(id, twin.id);
  });

  const strangers = [
    ['another tenant', { tenantId: '00000000-0000-4000-8000-000000000000' }],
    ['another account', { name: 'eve@contoso.example' }],
  ] as const;
  for (const [what, difference] of strangers) {
    it(`refuses before it writes anything where az is signed in to ${what}`, async () => {
      legacy('old');
      az.account = { ...az.account, ...difference };
      const { code, err } = await desk().run('move-issuer', 'old', '--apply');
      assert.equal(code, 1);
      assert.match(err, /AZURE_CLI_UNUSABLE/);
      assert.deepEqual([moves(), writes()], [[], []]);
    });
  }

  it('refuses a personal access token, an absent az, and an identity without room', async () => {
    const { clientId } = legacy('old');
    const { environment } = desk();
    const { office } = desk().emulator;
    desk().environment = {
      ...environment,
      AZURE_DEVOPS_EXT_PAT: office.issuePersonalAccessToken(),
    };
    assert.equal((await desk().run('move-issuer', 'old', '--apply')).code, 2);
    desk().environment = { ...environment, PATH: '/nowhere' };
    assert.match((await desk().run('move-issuer', 'old', '--apply')).err, /not on the PATH/);
    desk().environment = environment;
    const [held] = office.application(clientId).federatedCredentials;
    assert.ok(held);
    const filling = Array.from({ length: 19 }, (_, index) => ({ ...held, subject: `x${index}` }));
    office.changeApplication(clientId, { federatedCredentials: [held, ...filling] });
    const full = await desk().json<MoveReport>(1, 'move-issuer', 'old', '--apply');
    assert.equal(full.connections[0]?.reason, 'CREDENTIALS_FULL');
    assert.deepEqual([moves(), writes()], [[], []]);
  });

  it('moves nothing where Graph does not say who is for several tenants', async () => {
    legacy('old');
    const { office } = desk().emulator;
    const { environment, clientId } = office.addAdministrator({ graph: 'none' });
    desk().environment = { ...desk().environment, ...environment };
    az.account = { ...az.account, name: clientId };
    const report = await desk().json<MoveReport>(1, 'move-issuer', '--all', '--apply');
    assert.equal(row(report, 'old').reason, 'tenancy-unknown');
    assert.deepEqual(moves(), []);
  });

  it('goes on after a kill without asking twice', async () => {
    const { id } = legacy('old');
    desk().emulator.office.conversionMs = 60_000;
    const run = desk().start('move-issuer', 'old', '--apply');
    await until(() => moves().length > 0);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    run.kill('SIGKILL');
    await run.ended;
    desk().emulator.office.conversionMs = 4_000;
    const report = await desk().json<MoveReport>(0, 'move-issuer', 'old', '--apply');
    assert.equal(report.connections[0]?.by, 'an interrupted run');
    assert.equal(moves().length, 1);
    assert.equal(desk().emulator.office.connection(id).issuerKind, 'entra');
  });
});
