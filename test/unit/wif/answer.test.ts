import assert from 'node:assert/strict';
import { isSignInPage, readAnswer, shown } from '../../../wif/administration/answer.ts';
import { AdministrationError } from '../../../wif/administration/errors.ts';

const purpose = { to: 'do it', needs: 'the permission to do it' };
const read = (
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): unknown => readAnswer({ status, headers, body }, 'Azure DevOps', purpose);

describe('An answer', () => {
  const page = '<!DOCTYPE html><title>Azure DevOps Services | Sign In</title>';
  const pages = [
    { status: 203, headers: {}, body: page },
    { status: 203, headers: {}, body: '{}' },
    { status: 302, headers: { location: 'https://dev.azure.com/_signin?x' }, body: '' },
    { status: 200, headers: { 'content-type': 'text/html' }, body: page },
    { status: 401, headers: {}, body: '' },
  ];
  for (const one of pages) {
    it(`is a page to sign in on: ${one.status} ${JSON.stringify(one.headers)}`, () => {
      assert.ok(isSignInPage(one));
    });
  }

  const failures = [
    [403, 'ACCESS_DENIED', 'definite'],
    [429, 'SERVICE_THROTTLED', 'transient'],
    [500, 'SERVICE_UNAVAILABLE', 'transient'],
    [302, 'ANSWER_UNREADABLE', 'transient'],
    [200, 'ANSWER_UNREADABLE', 'transient'],
  ] as const;
  for (const [status, code, kind] of failures) {
    it(`with ${status} and no JSON is ${code}`, () => {
      assert.throws(
        () => read(status, 'nothing'),
        (error) =>
          error instanceof AdministrationError && error.code === code && error.kind === kind,
      );
    });
  }

  it('leaves other refusals to whoever asked, in the forms of all services', () => {
    const refusal = { status: 409, code: 'Taken', message: 'It is taken.' };
    const graph = { error: { code: 'Taken', message: 'It is taken.' } };
    const devops = { typeKey: 'Taken', message: 'It is taken.' };
    assert.deepEqual(read(409, JSON.stringify(graph)), { refusal });
    assert.deepEqual(read(409, JSON.stringify(devops)), { refusal });
    assert.deepEqual(read(404, ''), { refusal: { status: 404, code: undefined, message: '' } });
  });

  it('is shown without anything that looks like a credential, and short', () => {
    const jwt = `eyJhbGciOiJub25lIn0.${'a'.repeat(60)}.${'b'.repeat(43)}`;
    const pat = 'k3J'.repeat(20);
    const secret = `abc8Q~${'x_-~'.repeat(9)}`;
    const guid = '499b84ac-1321-427f-aa17-267ca6975798';
    const text = shown(`no ${jwt} and ${pat},\n${secret} for ${guid} ##vso[x]`);
    assert.equal(text, `no *** and ***, *** for ${guid} #vso[x]`);
    assert.equal(shown('word '.repeat(200)).length, 301);
  });
});
