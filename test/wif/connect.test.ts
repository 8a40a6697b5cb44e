import assert from 'node:assert/strict';
import type { EmulatorRequest } from '../harness/emulator/emulator.ts';
import { connectionWish, stepStates, writesOf, type ConnectReport } from './support/connecting.ts';
import { until, useDesk } from './support/desk.ts';

describe('wif connect', function () {
  this.timeout(60_000);
  const desk = useDesk();
  const writes = (): readonly string[] => writesOf(desk());
  const wish = (): ReturnType<typeof connectionWish> => connectionWish(desk());
  const isCredential = ({ method, path }: EmulatorRequest): boolean =>
    method === 'PUT' && path.includes('federatedIdentityCredentials');
  const isAssignment = ({ path }: EmulatorRequest): boolean => path.includes('/roleAssignments');
  const principalOf = (clientId: string): string =>
    desk().emulator.office.application(clientId).objectId;
  afterEach(() => desk().assertNoCredential());

  it('prints its plan in a dry run, and makes nothing', async () => {
    const { words } = wish();
    const report = await desk().json<ConnectReport>(0, ...words, '--dry-run');
    assert.deepEqual(stepStates(report), Array(4).fill('would create'));
    assert.deepEqual(writes(), []);
  });

  it('makes connection, credential and role, and is content to find them again', async () => {
    const { words, clientId } = wish();
    const first = await desk().json<ConnectReport>(0, ...words);
    assert.deepEqual(stepStates(first), ['created', 'exists', 'created', 'created', 'works']);
    const { office } = desk().emulator;
    const connection = office.connection(first.connection?.id ?? '');
    assert.equal(connection.issuerKind, 'entra');
    const [credential] = office.application(clientId).federatedCredentials;
    assert.equal(credential?.subject, connection.subject);
    const made = writes();
    assert.deepEqual(made, ['POST service-endpoints', 'PUT arm', 'PUT arm']);
    const second = await desk().json<ConnectReport>(0, ...words);
    assert.deepEqual(stepStates(second), ['exists', 'exists', 'exists', 'exists', 'works']);
    assert.deepEqual(writes(), made);
    const dry = await desk().json<ConnectReport>(0, ...words, '--dry-run');
    assert.deepEqual(stepStates(dry), Array(4).fill('exists'));
  });

  it('does the same for an app registration', async () => {
    const { office, subscriptionId } = desk().emulator;
    const app = office.addApplication('shop');
    const words = ['connect', '-p', 'shop', '--name', 'app', '--app', app, '--role', 'Reader'];
    const report = await desk().json<ConnectReport>(0, ...words, '--subscription', subscriptionId);
    assert.deepEqual(stepStates(report), ['created', 'exists', 'created', 'created', 'works']);
    assert.deepEqual(writes(), ['POST service-endpoints', 'POST graph', 'PUT arm']);
  });

  it('says what exists when a step fails, and goes on there the next time', async () => {
    const { words } = wish();
    const denied = desk().emulator.faults.inject({
      at: 'arm',
      kind: { status: 403 },
      when: isCredential,
    });
    const { code, out } = await desk().run(...words);
    assert.equal(code, 3);
    assert.match(out, /service connection +created +"production", ID/);
    assert.match(out, /federated credential +failed +ACCESS_DENIED/);
    assert.match(out, /role +not reached/);
    assert.match(out, /It takes the role Managed Identity Federated Credential Contributor/);
    assert.match(out, /Someone else may do it:\n {2}az identity federated-credential create/);
    assert.match(out, /Run the same command again/);
    denied.clear();
    const report = await desk().json<ConnectReport>(0, ...words);
    assert.deepEqual(stepStates(report), ['exists', 'exists', 'created', 'created', 'works']);
  });

  it('is content without a role where none was asked for, and says how to give one', async () => {
    const { words, clientId } = wish();
    const { code, out } = await desk().run(...words.slice(0, -2));
    assert.equal(code, 0, out);
    const scope = `/subscriptions/${desk().emulator.subscriptionId}`;
    assert.match(out, /^verification +works +the credential fits$/m);
    assert.ok(
      out.includes(
        [
          `hint     roles: It has no role at ${scope}. Give it the least that its pipelines need.`,
          `           az role assignment create --assignee-object-id ${principalOf(clientId)} --assignee-principal-type ServicePrincipal --role Reader --scope ${scope}`,
          'The first pipeline that names it asks once for permission to use it.',
        ].join('\n'),
      ),
      out,
    );
    const report = await desk().json<ConnectReport>(0, ...words.slice(0, -2));
    assert.deepEqual(stepStates(report), ['exists', 'exists', 'exists', 'works']);
    assert.deepEqual(
      report.findings.filter(({ state }) => state !== 'ok').map(({ check }) => check),
      ['roles'],
    );
  });

  it('does not call it done where the role that was asked for is not to be seen', async () => {
    const { words, clientId } = wish();
    let reads = 0;
    desk().emulator.faults.inject({
      at: 'arm',
      kind: 'no-token',
      when: (request) => request.method === 'GET' && isAssignment(request) && (reads += 1) > 1,
    });
    const { code, out } = await desk().run(...words);
    assert.equal(code, 3, out);
    assert.match(out, /^verification +failed +roles: problem$/m);
    const lines = out.split('\n');
    const at = lines.findIndex((line) => line.startsWith('PROBLEM  roles: It has no role at'));
    assert.match(
      lines[at + 1] ?? '',
      new RegExp(`^ +az role assignment create --assignee-object-id ${principalOf(clientId)} `),
    );
    assert.ok(!out.includes('The first pipeline'), out);
    assert.match(out, /Put that right, and run the same command again/);
  });

  it('shows the command for the role when that is what the caller may not give', async () => {
    const { words, clientId } = wish();
    const kind = { status: 403 };
    const when = (request: EmulatorRequest): boolean =>
      request.method === 'PUT' && isAssignment(request);
    desk().emulator.faults.inject({ at: 'arm', kind, when });
    const { code, out } = await desk().run(...words);
    assert.equal(code, 3);
    const scope = `/subscriptions/${desk().emulator.subscriptionId}`;
    const command = `az role assignment create --assignee-object-id ${principalOf(clientId)} --assignee-principal-type ServicePrincipal --role Contributor --scope ${scope}`;
    assert.match(out, /It takes the role Role Based Access Control Administrator/);
    assert.ok(out.includes(`Someone else may do it:\n  ${command}\n`), out);
    assert.ok(!out.includes('federated-credential create'), out);
    const report = await desk().json<ConnectReport>(1, ...words);
    assert.equal(report.failure?.command, command);
  });

  it('shows no command where there is none, and none that would be refused to everyone', async () => {
    const { words, clientId } = wish();
    const { office } = desk().emulator;
    const environment = desk().environment;
    desk().environment = office.addAdministrator({ connections: 'read' }).environment;
    const reader = await desk().json<ConnectReport>(1, ...words);
    assert.deepEqual([reader.failure?.code, reader.failure?.command], ['ACCESS_DENIED', null]);
    desk().environment = environment;
    const full = Array.from({ length: 20 }, (_, index) => ({
      issuer: 'https://issuer.example',
      subject: `subject ${index}`,
      audience: 'api://AzureADTokenExchange',
    }));
    office.changeApplication(clientId, { federatedCredentials: full });
    const { out } = await desk().run(...words);
    assert.match(out, /CREDENTIALS_FULL/);
    assert.ok(!out.includes('Someone else'), out);
  });

  const troubles = [
    ['a conflict of two writers', { status: 409 }],
    ['a service out of order', { status: 503 }],
    ['a cut connection', 'reset'],
  ] as const;
  for (const [title, kind] of troubles) {
    it(`ends at the credential with ${title}, and goes on the next time`, async () => {
      const { words } = wish();
      desk().emulator.faults.inject({ at: 'arm', kind, when: isCredential, times: 1 });
      const failed = await desk().json<ConnectReport>(3, ...words);
      assert.deepEqual(stepStates(failed), ['created', 'exists', 'failed', 'not reached']);
      const report = await desk().json<ConnectReport>(0, ...words);
      assert.deepEqual(stepStates(report), ['exists', 'exists', 'created', 'created', 'works']);
    });
  }

  it('believes what is there, not the answer that got lost', async () => {
    const { words } = wish();
    const { faults } = desk().emulator;
    faults.inject({
      at: 'service-endpoints',
      kind: 'cut-off',
      when: ({ method }) => method === 'POST',
    });
    faults.inject({ at: 'arm', kind: 'cut-off', when: isCredential });
    await desk().json<ConnectReport>(0, ...words);
    assert.deepEqual(writes(), ['POST service-endpoints', 'PUT arm', 'PUT arm']);
  });

  it('goes on after a kill between two steps', async () => {
    const { words } = wish();
    const silence = desk().emulator.faults.inject({
      at: 'arm',
      kind: 'silence',
      when: isCredential,
      times: 1,
    });
    const run = desk().start(...words);
    await until(() => silence.hits > 0);
    run.kill('SIGKILL');
    await run.ended;
    const report = await desk().json<ConnectReport>(0, ...words);
    assert.deepEqual(stepStates(report), ['exists', 'exists', 'created', 'created', 'works']);
    assert.equal(writes().filter((write) => write === 'POST service-endpoints').length, 1);
  });

  it('refuses a name that another connection has, before it makes anything', async () => {
    desk().emulator.office.addConnection({ name: 'Production', scheme: 'ServicePrincipal' });
    const report = await desk().json<ConnectReport>(1, ...wish().words);
    assert.equal(report.failure?.code, 'CONNECTION_NAME_TAKEN');
    assert.deepEqual(writes(), []);
  });

  it('refuses an identity that there is not, and half a command line', async () => {
    const { subscriptionId } = desk().emulator;
    const words = ['connect', '-p', 'shop', '--name', 'x', '--subscription', subscriptionId];
    const none = await desk().run(...words, '--app', '00000000-0000-4000-8000-000000000000');
    assert.equal(none.code, 1);
    assert.match(none.err, /IDENTITY_NOT_FOUND/);
    assert.equal((await desk().run(...words)).code, 2);
    assert.equal((await desk().run(...words, '--identity', 'shop')).code, 2);
    assert.equal((await desk().run(...words, '--app', "x' or 1 eq '1")).code, 2);
    const { resourceId } = desk().emulator.office.addManagedIdentity('other', 'identities');
    const abroad = ['--role', 'Reader', '--role-scope', '///evil.example/subscriptions/x'];
    assert.equal((await desk().run(...words, '--identity', resourceId, ...abroad)).code, 2);
  });
});
