import assert from 'node:assert/strict';
import { userFindings } from '../../../wif/administration/user-findings.ts';
import type { Web } from '../../../wif/administration/web.ts';
import { connection, federated } from './records.ts';

const itself = connection({
  top: { type: 'workloadidentityuser' },
  scheme: federated,
  data: { environment: undefined, subscriptionId: undefined },
});
const user = {
  applicationId: itself.clientId?.toUpperCase(),
  displayName: 'deployer',
  descriptor: 'aadsp.a/b',
};

describe('The user that an identity is in Azure DevOps', () => {
  const asked: string[] = [];
  const answering = (answers: Readonly<Record<string, unknown>>): Web => ({
    service: 'Azure DevOps',
    send({ path }) {
      asked.push(path);
      const value = answers[path.split('?')[0] ?? ''];
      const status = value === undefined ? 404 : 200;
      return Promise.resolve({ status, headers: {}, body: JSON.stringify(value ?? {}) });
    },
  });
  const look = (level: unknown, value: readonly unknown[] = [user]) =>
    userFindings(itself, undefined, {
      organization: 'contoso',
      membership: {
        users: answering({
          '_apis/graph/serviceprincipals': { value },
          '_apis/graph/storagekeys/aadsp.a%2Fb': { value: 'key' },
        }),
        entitlements: answering({ '_apis/serviceprincipalentitlements/key': level }),
      },
    });
  const basic = { accountLicenseType: 'express', licenseDisplayName: 'Basic', status: 'active' };
  beforeEach(() => asked.splice(0));

  const rows: readonly {
    readonly what: string;
    readonly level: unknown;
    readonly states: readonly string[];
  }[] = [
    { what: 'Basic', level: { accessLevel: basic }, states: ['ok', 'ok'] },
    {
      what: 'Basic with test plans',
      level: { accessLevel: { ...basic, accountLicenseType: 'advanced' } },
      states: ['ok', 'ok'],
    },
    {
      what: 'the access level of a stakeholder',
      level: { accessLevel: { ...basic, accountLicenseType: 'Stakeholder' } },
      states: ['ok', 'problem'],
    },
    {
      what: 'an access that waits',
      level: { accessLevel: { ...basic, status: 'pending' } },
      states: ['ok', 'problem'],
    },
    { what: 'no access level that is told', level: {}, states: ['ok', 'unknown'] },
    { what: 'an entitlement that is not found', level: undefined, states: ['ok', 'unknown'] },
  ];
  for (const { what, level, states } of rows) {
    it(`has ${what}: ${states.join(', ')}`, async () => {
      const findings = await look(level);
      assert.deepEqual(
        findings.map(({ state }) => state),
        states,
      );
    });
  }

  it('is found by the client ID, whatever its case, and asked about as a preview', async () => {
    const [first] = await look({ accessLevel: basic });
    assert.equal(first?.text, 'It is the user "deployer" of the organization.');
    assert.equal(asked.length, 3);
    for (const path of asked) assert.match(path, /api-version=7\.1-preview\.1$/);
  });

  it('is nobody where others are users; without its object ID there is no command', async () => {
    const others = [{ ...user, applicationId: 'other' }, { displayName: 'no ID' }, null];
    const findings = await look({}, others);
    assert.equal(findings.length, 1);
    assert.match(findings[0]?.text ?? '', /no user of the organization "contoso"/);
    assert.deepEqual(findings[0]?.commands, []);
    assert.equal(asked.length, 1);
  });
});
