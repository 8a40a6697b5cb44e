import assert from 'node:assert/strict';
import { useDesk } from './support/desk.ts';

interface Report {
  readonly isHealthy: boolean;
  readonly fixed: readonly string[];
  readonly findings: readonly {
    readonly check: string;
    readonly state: string;
    readonly text: string;
    readonly commands: readonly string[];
  }[];
}

describe('wif doctor', function () {
  this.timeout(30_000);
  const desk = useDesk();
  const states = ({ findings }: Report): Readonly<Record<string, string>> =>
    Object.fromEntries(findings.map(({ check, state }) => [check, state]));
  const textOf = ({ findings }: Report, check: string): string =>
    findings.find((finding) => finding.check === check)?.text ?? '';
  afterEach(() => desk().assertNoCredential());

  it('finds nothing wrong with a connection that works', async () => {
    desk().emulator.office.addConnection({ name: 'good', issuer: 'entra' });
    const report = await desk().json<Report>(0, 'doctor', 'good');
    assert.deepEqual(states(report), {
      issuer: 'ok',
      state: 'ok',
      identity: 'ok',
      'federated credential': 'ok',
      roles: 'ok',
    });
    assert.match(textOf(report, 'roles'), /Contributor/);
  });

  it('prints the command for a missing credential, and makes it with --fix', async () => {
    const { office } = desk().emulator;
    const options = { name: "it's", issuer: 'entra', federatedCredential: 'none' } as const;
    const { id, clientId, subject } = office.addConnection(options);
    const { code, out } = await desk().run('doctor', "it's");
    assert.equal(code, 1);
    assert.match(out, /PROBLEM {2}federated credential: None has the issuer/);
    const [command = ''] = /az ad app federated-credential create .*/.exec(out) ?? [];
    assert.ok(command.includes(`--id ${clientId} --parameters '{"name":"${id}"`), command);
    assert.ok(command.includes(`"subject":"${subject}"`));
    const fixed = await desk().json<Report>(0, 'doctor', "it's", '--fix');
    assert.deepEqual(fixed.fixed, ['federated credential']);
    assert.equal(office.application(clientId).federatedCredentials.length, 1);
    const again = await desk().json<Report>(0, 'doctor', "it's", '--fix');
    assert.deepEqual(again.fixed, []);
  });

  it('does the same for a managed identity, with its own command', async () => {
    const { office } = desk().emulator;
    const { resourceId, clientId } = office.addManagedIdentity('shop', 'identities');
    const words = ['connect', '-p', 'shop', '--name', 'mi', '--role', 'Reader'];
    const { subscriptionId } = desk().emulator;
    await desk().run(...words, '--identity', resourceId, '--subscription', subscriptionId);
    office.changeApplication(clientId, { federatedCredentials: [] });
    const report = await desk().json<Report>(1, 'doctor', 'mi');
    const [command = ''] = report.findings.flatMap(({ commands }) => commands);
    assert.match(
      command,
      /^az identity federated-credential create --name \S+ --identity-name shop --resource-group identities /,
    );
    await desk().json<Report>(0, 'doctor', 'mi', '--fix');
  });

  it('tells what is wrong with a credential that comes near, and does not touch it', async () => {
    const { office } = desk().emulator;
    const wrong = { audience: 'api://other' };
    const { clientId } = office.addConnection({
      name: 'near',
      issuer: 'entra',
      federatedCredential: wrong,
    });
    const report = await desk().json<Report>(1, 'doctor', 'near', '--fix');
    assert.match(
      textOf(report, 'federated credential'),
      /its audience is "api:\/\/other" in place of/,
    );
    assert.equal(office.application(clientId).federatedCredentials[0]?.audience, 'api://other');
  });

  it('explains an issuer that retires, with a link, and attempts nothing', async () => {
    desk().emulator.office.addConnection({ name: 'old', issuer: 'azure-devops' });
    const report = await desk().json<Report>(1, 'doctor', 'old', '--fix');
    assert.match(
      textOf(report, 'issuer'),
      /retires on 2027-07-01.*https:\/\/learn\.microsoft\.com/,
    );
    const puts = desk().emulator.journal.entries.filter(({ method }) => method !== 'GET');
    assert.deepEqual(
      puts.filter(({ route }) => route === 'service-endpoints'),
      [],
    );
  });

  it('misses a role, and prints how to give one', async () => {
    desk().emulator.office.addConnection({ name: 'bare', issuer: 'entra', role: false });
    const report = await desk().json<Report>(1, 'doctor', 'bare');
    assert.match(textOf(report, 'roles'), /no role at \/subscriptions\//);
    assert.match(
      report.findings.at(-1)?.commands[0] ?? '',
      /^az role assignment create --assignee-object-id/,
    );
  });

  it('says that it could not look, and what that takes, where Graph refuses', async () => {
    const { office } = desk().emulator;
    office.addConnection({ name: 'good', issuer: 'entra' });
    desk().environment = office.addAdministrator({ graph: 'none' }).environment;
    const report = await desk().json<Report>(1, 'doctor', 'good');
    assert.equal(states(report)['identity'], 'unknown');
    assert.match(textOf(report, 'identity'), /Application\.Read\.All/);
  });

  it('says that it could not look where an answer is far too large to be one', async () => {
    desk().emulator.office.addConnection({ name: 'vast', issuer: 'entra' });
    desk().emulator.faults.inject({ at: 'graph', kind: 'oversized' });
    const report = await desk().json<Report>(1, 'doctor', 'vast');
    assert.equal(states(report)['identity'], 'unknown');
    assert.match(textOf(report, 'identity'), /Microsoft Graph could not .*too large/);
  });

  it('knows the secrets that a conversion leaves behind, and the multi-tenant trap', async () => {
    const { office } = desk().emulator;
    const { clientId } = office.addConnection({ name: 'one', scheme: 'ServicePrincipal' });
    const before = await desk().json<Report>(1, 'doctor', 'one');
    assert.match(
      before.findings[0]?.commands[0] ?? '',
      /^wif convert \S+ --apply --organization contoso --project shop$/,
    );
    await desk().run('convert', 'one', '--apply');
    const after = await desk().json<Report>(0, 'doctor', 'one');
    assert.equal(states(after)['secrets'], 'hint');
    assert.match(textOf(after, 'secrets'), /once you no longer want to revert/);
    office.changeApplication(clientId, { isMultiTenant: true });
    const trapped = await desk().json<Report>(1, 'doctor', 'one');
    assert.match(textOf(trapped, 'tenants'), /AADSTS70052/);
  });

  it('ends at once when there is no sign-in', async () => {
    desk().emulator.office.addConnection({ name: 'good', issuer: 'entra' });
    desk().environment = { ...desk().environment, AZURE_CLIENT_SECRET: 'wrong' };
    const { code, err } = await desk().run('doctor', 'good');
    assert.equal(code, 1);
    assert.match(err, /^wif: SIGN_IN_FAILED: .*\(AADSTS7000215\)/);
  });
});
