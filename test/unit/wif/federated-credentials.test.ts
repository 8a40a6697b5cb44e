import assert from 'node:assert/strict';
import { audience } from '../../../src/access-token/federated-credential.ts';
import { createCredentialCommand, quotedWord } from '../../../wif/administration/commands.ts';
import { compareCredentials } from '../../../wif/administration/federated-credentials.ts';
import { assignmentId } from '../../../wif/administration/roles.ts';

const wanted = { issuer: 'https://login.example/x/v2.0', subject: '/eid1/a', audience };

describe('The federated credentials of an identity', () => {
  it('fit only letter for letter', () => {
    const fit = { name: 'b', ...wanted };
    const other = { name: 'a', ...wanted, subject: '/eid1/b' };
    assert.deepEqual(compareCredentials([other, fit], wanted), {
      state: 'present',
      credential: fit,
    });
  });

  const near = [
    ['issuer', { issuer: 'https://vstoken.example/x' }, /its issuer is "https:\/\/vstoken/],
    ['a slash', { issuer: `${wanted.issuer}/` }, /only case, spaces or a slash at the end differ/],
    ['case', { subject: '/EID1/A' }, /only case/],
    ['audience', { audience: 'api://other' }, /its audience is "api:\/\/other"/],
    [
      'issuer and audience',
      { issuer: 'x', audience: 'y' },
      /its issuer is "x".*; its audience is "y"/,
    ],
  ] as const;
  for (const [what, difference, flaw] of near) {
    it(`come near, and it is told how, when they differ in ${what}`, () => {
      const comparison = compareCredentials([{ name: 'a', ...wanted, ...difference }], wanted);
      assert.ok(comparison.state === 'missing');
      assert.match(comparison.near[0]?.flaw ?? '', flaw);
    });
  }

  it('block another one with the same issuer and subject', () => {
    const blocking = { name: 'a', ...wanted, audience: 'api://other' };
    const comparison = compareCredentials([blocking], wanted);
    assert.ok(comparison.state === 'missing');
    assert.deepEqual(comparison.blockedBy, blocking);
    const strange = compareCredentials(
      [{ name: 'b', issuer: 'x', subject: 'y', audience }],
      wanted,
    );
    assert.ok(strange.state === 'missing');
    assert.deepEqual([strange.near, strange.blockedBy], [[], undefined]);
  });
});

describe('A command to paste', () => {
  it('quotes what a shell would take for something else', () => {
    assert.equal(quotedWord('shop/production'), 'shop/production');
    assert.equal(
      quotedWord("$(rm -rf ~) it's `x`"),
      String.raw`'$(rm -rf ~) it'\''s ${'`'}x${'`'}'`,
    );
    assert.equal(quotedWord(''), "''");
  });

  it('makes a credential of an app registration out of JSON that holds', () => {
    const app = {
      kind: 'app registration',
      name: 'x',
      clientId: 'id',
      principalId: undefined,
      objectId: 'o',
      isMultiTenant: false,
      secrets: [],
    } as const;
    const command = createCredentialCommand(app, 'n', { ...wanted, subject: "sc://o/p/it's" });
    const json = /--parameters '(.*)'$/.exec(command)?.[1]?.replaceAll(String.raw`'\''`, "'") ?? '';
    assert.deepEqual(JSON.parse(json), {
      name: 'n',
      issuer: wanted.issuer,
      subject: "sc://o/p/it's",
      audiences: [audience],
    });
  });
});

describe('The ID of a role assignment', () => {
  it('follows from who, what and where, whatever their case, and is a GUID', () => {
    const id = assignmentId('P', '/Role', '/Scope');
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.equal(assignmentId('p', '/role', '/scope'), id);
    assert.notEqual(assignmentId('q', '/role', '/scope'), id);
  });
});
