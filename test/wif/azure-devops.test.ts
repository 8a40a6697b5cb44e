import assert from 'node:assert/strict';
import type { ManagedConnectionOptions } from '../harness/emulator/office.ts';
import { useDesk } from './support/desk.ts';
import { statesOf, type DoctorReport, type Finding } from './support/reports.ts';

const itself = { name: 'devops', type: 'WorkloadIdentityUser' } as const;

describe('wif, for a connection to Azure DevOps itself', function () {
  this.timeout(30_000);
  const desk = useDesk();
  const add = (options: Partial<ManagedConnectionOptions> = {}): string =>
    desk().emulator.office.addConnection({ ...itself, ...options }).clientId;
  const findingOf = ({ findings }: DoctorReport, check: string): Finding =>
    findings.find((one) => one.check === check) ?? assert.fail(`no finding ${check}`);
  afterEach(() => desk().assertNoCredential());

  it('finds nothing wrong where its identity is a user with Basic, and asks for no role', async () => {
    const { office, journal } = desk().emulator;
    // The user is on a later page of the list.
    for (let number = 1; number <= office.pageSize; number += 1) add({ name: `other ${number}` });
    add();
    const report = await desk().json<DoctorReport>(0, 'doctor', 'devops');
    assert.deepEqual(statesOf(report), {
      issuer: 'hint',
      state: 'ok',
      identity: 'ok',
      'federated credential': 'hint',
      user: 'ok',
      'access level': 'ok',
    });
    assert.match(findingOf(report, 'access level').text, /the access level Basic/);
    assert.match(findingOf(report, 'federated credential').details[0] ?? '', /microsoftonline/);
    assert.deepEqual(
      journal.entries.filter(({ route }) => route === 'arm'),
      [],
    );
  });

  const troubles: readonly {
    readonly what: string;
    readonly options?: Partial<ManagedConnectionOptions>;
    readonly licence?: 'stakeholder' | 'express';
    readonly status?: 'active' | 'disabled';
    readonly check: string;
    readonly says: RegExp;
  }[] = [
    {
      what: 'an identity that is no user',
      options: { organizationUser: false },
      check: 'user',
      says: /no user of the organization "contoso".*\(TF401444\)/,
    },
    {
      what: 'a stakeholder',
      licence: 'stakeholder',
      check: 'access level',
      says: /Stakeholder, which does not reach code/,
    },
    {
      what: 'a user whose access is disabled',
      status: 'disabled',
      check: 'access level',
      says: /Its access is disabled/,
    },
    {
      what: 'an identity that trusts nobody',
      options: { federatedCredential: 'none' },
      check: 'federated credential',
      says: /has no federated credential/,
    },
  ];
  for (const { what, options, licence, status, check, says } of troubles) {
    it(`tells of ${what}`, async () => {
      const clientId = add(options);
      const { office } = desk().emulator;
      const level = { licence: licence ?? 'express', status: status ?? 'active' } as const;
      office.setAccessLevel(clientId, level);
      const report = await desk().json<DoctorReport>(1, 'doctor', 'devops');
      assert.equal(findingOf(report, check).state, 'problem');
      assert.match(findingOf(report, check).text, says);
    });
  }

  it('prints the command that makes the identity a user', async () => {
    const clientId = add({ organizationUser: false });
    const { office, organization } = desk().emulator;
    const { objectId } = office.application(clientId);
    const [command = ''] = findingOf(
      await desk().json<DoctorReport>(1, 'doctor', 'devops'),
      'user',
    ).commands;
    assert.match(command, /^az rest --method post --resource 499b84ac-\S+ --url 'https:\/\/vsaex/);
    assert.ok(command.includes(`"originId":"${objectId}"`), command);
    assert.ok(command.includes(`"projectRef":{"id":"${organization.project.id}"}`), command);
  });

  it('knows that an application for several tenants cannot be used', async () => {
    desk().emulator.office.changeApplication(add(), { isMultiTenant: true });
    const report = await desk().json<DoctorReport>(1, 'doctor', 'devops');
    assert.match(findingOf(report, 'tenants').text, /AADSTS70052/);
  });

  it('says what it takes to look, where somebody may not', async () => {
    add();
    const { office } = desk().emulator;
    desk().environment = office.addAdministrator({ users: 'names' }).environment;
    const some = await desk().json<DoctorReport>(1, 'doctor', 'devops');
    assert.equal(findingOf(some, 'user').state, 'ok');
    assert.equal(findingOf(some, 'access level').state, 'unknown');
    assert.match(findingOf(some, 'access level').text, /Project Collection Administrators/);
    desk().environment = {
      AZURE_DEVOPS_EXT_PAT: office.issuePersonalAccessToken({ users: 'none' }),
    };
    const none = await desk().json<DoctorReport>(1, 'doctor', 'devops');
    assert.match(findingOf(none, 'user').text, /vso\.graph/);
  });

  it('has a line in the list, which says where each signs in, and in doctor --all', async () => {
    add();
    add({ name: 'stranger', organizationUser: false });
    desk().emulator.office.addConnection({ name: 'azure', issuer: 'entra' });
    const { out } = await desk().run('list');
    assert.match(out, /^Project .* Signs in to /m);
    assert.match(out, /^shop +devops +Azure DevOps +WorkloadIdentityFederation /m);
    assert.match(out, /^shop +azure +Azure +WorkloadIdentityFederation /m);
    const mark = desk().emulator.journal.mark();
    const all = await desk().run('doctor', '--all');
    assert.equal(all.code, 1);
    assert.match(all.out, /^shop +stranger +problem +user$/m);
    assert.match(all.out, /^shop +devops +hint +/m);
    const lists = desk()
      .emulator.journal.since(mark)
      .filter(({ path }) => path.endsWith('/serviceprincipals'));
    assert.equal(lists.length, 1, 'the users are listed once for all');
  });
});
