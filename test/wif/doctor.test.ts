import assert from 'node:assert/strict';
import { useDesk } from './support/desk.ts';
import { statesOf, type DoctorReport } from './support/reports.ts';

describe('wif doctor', function () {
  this.timeout(30_000);
  const desk = useDesk();
  const textOf = ({ findings }: DoctorReport, check: string): string =>
    findings.find((finding) => finding.check === check)?.text ?? '';
  const detailsOf = ({ findings }: DoctorReport): readonly string[] =>
    findings.find(({ check }) => check === 'federated credential')?.details ?? [];
  afterEach(() => desk().assertNoCredential());

  it('finds nothing wrong with a connection that works', async () => {
    desk().emulator.office.addConnection({ name: 'good', issuer: 'entra' });
    const report = await desk().json<DoctorReport>(0, 'doctor', 'good');
    assert.deepEqual(statesOf(report), {
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
    const fixed = await desk().json<DoctorReport>(0, 'doctor', "it's", '--fix');
    assert.deepEqual(fixed.fixed, ['federated credential']);
    assert.equal(office.application(clientId).federatedCredentials.length, 1);
    const again = await desk().json<DoctorReport>(0, 'doctor', "it's", '--fix');
    assert.deepEqual(again.fixed, []);
  });

  it('does the same for a managed identity, with its own command', async () => {
    const { office } = desk().emulator;
    const { resourceId, clientId } = office.addManagedIdentity('shop', 'identities');
    const words = ['connect', '-p', 'shop', '--name', 'mi', '--role', 'Reader'];
    const { subscriptionId } = desk().emulator;
    await desk().run(...words, '--identity', resourceId, '--subscription', subscriptionId);
    office.changeApplication(clientId, { federatedCredentials: [] });
    const report = await desk().json<DoctorReport>(1, 'doctor', 'mi');
    const [command = ''] = report.findings.flatMap(({ commands }) => commands);
    assert.match(
      command,
      /^az identity federated-credential create --name \S+ --identity-name shop --resource-group identities /,
    );
    await desk().json<DoctorReport>(0, 'doctor', 'mi', '--fix');
  });

  it('tells what is wrong with a credential that comes near, and does not touch it', async () => {
    const { office } = desk().emulator;
    const wrong = { audience: 'api://other' };
    const { clientId } = office.addConnection({
      name: 'near',
      issuer: 'entra',
      federatedCredential: wrong,
    });
    const report = await desk().json<DoctorReport>(1, 'doctor', 'near', '--fix');
    const [near = ''] = detailsOf(report);
    assert.match(near, /its audience is "api:\/\/other" in place of/);
    assert.equal(office.application(clientId).federatedCredentials[0]?.audience, 'api://other');
  });

  it('explains an issuer that retires, with a link, and attempts nothing', async () => {
    desk().emulator.office.addConnection({ name: 'old', issuer: 'azure-devops' });
    const report = await desk().json<DoctorReport>(1, 'doctor', 'old', '--fix');
    assert.match(
      textOf(report, 'issuer'),
      /retires on 2027-07-01.*https:\/\/learn\.microsoft\.com\/azure\/devops\/pipelines\/release\/convert-service-connections/,
    );
    const puts = desk().emulator.journal.entries.filter(({ method }) => method !== 'GET');
    assert.deepEqual(
      puts.filter(({ route }) => route === 'service-endpoints'),
      [],
    );
  });

  it('misses a role, and prints how to give one', async () => {
    desk().emulator.office.addConnection({ name: 'bare', issuer: 'entra', role: false });
    const report = await desk().json<DoctorReport>(1, 'doctor', 'bare');
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
    const report = await desk().json<DoctorReport>(1, 'doctor', 'good');
    assert.equal(statesOf(report)['identity'], 'unknown');
    assert.match(textOf(report, 'identity'), /Application\.Read\.All/);
  });

  it('says that it could not look where an answer is far too large to be one', async () => {
    desk().emulator.office.addConnection({ name: 'vast', issuer: 'entra' });
    desk().emulator.faults.inject({ at: 'graph', kind: 'oversized' });
    const report = await desk().json<DoctorReport>(1, 'doctor', 'vast');
    assert.equal(statesOf(report)['identity'], 'unknown');
    assert.match(textOf(report, 'identity'), /Microsoft Graph could not .*too large/);
  });

  it('knows the secrets that a conversion leaves behind, and the multi-tenant trap', async () => {
    const { office } = desk().emulator;
    const { clientId } = office.addConnection({ name: 'one', scheme: 'ServicePrincipal' });
    const before = await desk().json<DoctorReport>(1, 'doctor', 'one');
    assert.match(
      before.findings[0]?.commands[0] ?? '',
      /^wif convert \S+ --apply --organization contoso --project shop$/,
    );
    await desk().run('convert', 'one', '--apply');
    const after = await desk().json<DoctorReport>(0, 'doctor', 'one');
    assert.equal(statesOf(after)['secrets'], 'hint');
    assert.match(textOf(after, 'secrets'), /once you no longer want to revert/);
    office.changeApplication(clientId, { isMultiTenant: true });
    const trapped = await desk().json<DoctorReport>(1, 'doctor', 'one');
    assert.match(textOf(trapped, 'tenants'), /AADSTS70052/);
  });

  it('leaves the issuer of an application for several tenants, and says why', async () => {
    const { office } = desk().emulator;
    const { clientId } = office.addConnection({ name: 'saas', issuer: 'azure-devops' });
    office.changeApplication(clientId, { isMultiTenant: true });
    const report = await desk().json<DoctorReport>(0, 'doctor', 'saas');
    assert.equal(statesOf(report)['issuer'], 'ok');
    assert.match(textOf(report, 'issuer'), /that stays: .*several tenants.*AADSTS70052/);
    const list = await desk().run('list');
    assert.match(list.out, /the issuer of Azure DevOps stays, since its app registration/);
    assert.ok(!list.out.includes('2027-07-01'), list.out);
  });

  it('says of credentials of a shared identity only which are near, a line each', async () => {
    const { office } = desk().emulator;
    const options = { name: 'shared', issuer: 'entra', federatedCredential: 'none' } as const;
    const { clientId, issuer, subject } = office.addConnection(options);
    const audience = 'api://AzureADTokenExchange';
    const others = Array.from({ length: 18 }, (_, index) => ({
      name: `other-${index}`,
      issuer,
      subject: subject.replace(/[^/]+$/, `00000000-0000-4000-8000-0000000000${index + 10}`),
      audience,
    }));
    const near = { name: 'near', issuer, subject: `${subject}/`, audience };
    office.changeApplication(clientId, { federatedCredentials: [...others, near] });
    const { out } = await desk().run('doctor', 'shared');
    const lines = out.split('\n').filter((line) => line.includes('comes near'));
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', /^ +"near" comes near: its subject is /);
    assert.ok(!out.includes('other-'), out);
  });

  it('says with a personal access token alone what Azure DevOps knows, and what it cannot', async () => {
    const { office } = desk().emulator;
    office.addConnection({ name: 'good', issuer: 'entra' });
    desk().environment = { AZURE_DEVOPS_EXT_PAT: office.issuePersonalAccessToken() };
    const report = await desk().json<DoctorReport>(1, 'doctor', 'good');
    const { issuer, state, identity } = statesOf(report);
    assert.deepEqual([issuer, state, identity], ['ok', 'ok', 'unknown']);
    assert.match(textOf(report, 'identity'), /no sign-in to Entra/);
  });

  it('names the management group, not a subscription, in the remedy for it', async () => {
    const { office } = desk().emulator;
    office.addConnection({ name: 'mg', issuer: 'entra', scopeLevel: 'ManagementGroup' });
    desk().environment = office.addAdministrator({ resourceManager: 'none' }).environment;
    const report = await desk().json<DoctorReport>(1, 'doctor', 'mg');
    assert.match(textOf(report, 'roles'), /the role Reader on the management group/);
  });

  it('tells an error as JSON where JSON was asked for', async () => {
    const told = await desk().json<{ readonly error: { readonly code: string } }>(
      1,
      'doctor',
      'none',
    );
    assert.equal(told.error.code, 'CONNECTION_NOT_FOUND');
  });

  it('writes nothing of a name that steers a terminal or begins a line', async () => {
    const evil = 'x\u001b[2J\r\nok       roles: fine\u202egood\u2066';
    desk().emulator.office.addConnection({ name: evil, issuer: 'entra' });
    const runs = [
      await desk().run('doctor', evil),
      await desk().run('list'),
      await desk().run('list', '--output', 'csv'),
      await desk().run('list', '--output', 'json'),
      await desk().run('doctor', `no ${evil}`),
    ];
    for (const { out, err } of runs) {
      const steering =
        /[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]|^ok {7}roles: fine/m;
      assert.doesNotMatch(out, steering);
      assert.doesNotMatch(err, steering);
    }
  });

  it('reads one project for one name, in at most 12 requests', async () => {
    const { office, journal } = desk().emulator;
    for (let number = 1; number <= 60; number += 1) office.addProject(`team ${number}`);
    office.addConnection({ name: 'good', issuer: 'entra' });
    await desk().json<DoctorReport>(0, 'doctor', 'shop/good');
    const far = journal.entries.length;
    assert.ok(far <= 12, `${far} requests`);
    const mark = journal.mark();
    await desk().json<DoctorReport>(0, 'doctor', 'good', '-p', 'shop');
    assert.ok(journal.since(mark).length <= 12);
  });

  it('finds a connection whose name has a slash and looks like a project', async () => {
    const { office } = desk().emulator;
    office.addProject('team');
    office.addConnection({ name: 'team/good', issuer: 'entra' });
    office.addConnection({ name: 'none/such', issuer: 'entra' });
    await desk().json<DoctorReport>(0, 'doctor', 'team/good');
    await desk().json<DoctorReport>(0, 'doctor', 'none/such');
  });

  it('ends at once when there is no sign-in', async () => {
    desk().emulator.office.addConnection({ name: 'good', issuer: 'entra' });
    desk().environment = { ...desk().environment, AZURE_CLIENT_SECRET: 'wrong' };
    const { code, err } = await desk().run('doctor', 'good');
    assert.equal(code, 1);
    assert.match(err, /^wif: SIGN_IN_FAILED: .*\(AADSTS7000215\)/);
  });
});
