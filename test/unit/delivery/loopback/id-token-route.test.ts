import assert from 'node:assert/strict';
import { answerIdTokenRequest } from '../../../../src/delivery/loopback/id-token-route.ts';
import type {
  LoopbackAnswer,
  LoopbackRequest,
} from '../../../../src/delivery/loopback/loopback-request.ts';
import { refusal } from '../../../../src/errors.ts';
import type { IdToken } from '../../../../src/id-token/id-token.ts';
import { Secret } from '../../../../src/secret.ts';
import { aFailure, anIdToken, anIdTokenText, jobAccessToken } from '../../../support/builders.ts';

const capability = new Secret('the-capability');

const answer = (
  changes: Partial<LoopbackRequest> = {},
  current: () => Promise<IdToken> = () => Promise.resolve(anIdToken()),
): Promise<LoopbackAnswer> =>
  answerIdTokenRequest(
    {
      method: 'GET',
      target: '/connections/x/id-token?v=1',
      headers: [['authorization', 'Bearer the-capability']],
      body: '',
      ...changes,
    },
    {
      capability,
      jobAccessToken,
      idToken: current,
      idTokenFor: (id) => Promise.resolve(anIdToken({ subject: `of ${id}` })),
    },
  );

describe('the ID-token request URL', () => {
  for (const method of ['GET', 'POST']) {
    it(`answers ${method} in both forms at once`, async () => {
      const { status, body } = await answer({ method });
      assert.equal(status, 200);
      const jwt = anIdTokenText();
      assert.deepEqual(JSON.parse(body), { value: jwt, oidcToken: jwt });
    });
  }

  const targets = [
    '/x?v=1&audience=api://AzureADTokenExchange',
    '/x?audience=api%3A%2F%2FAzureADTokenExchangeUSGov&v=1',
    '/x?v=1&audience=a&audience=b',
    '/x?api-version=7.1&serviceConnectionId=other',
  ];
  for (const target of targets) {
    it(`gives the audience that there is, whatever is asked for: ${target}`, async () => {
      assert.equal((await answer({ target })).status, 200);
    });
  }

  const closed: readonly (readonly [what: string, headers: LoopbackRequest['headers']])[] = [
    ['no header', []],
    ['an empty bearer', [['authorization', 'Bearer ']]],
    ['another bearer', [['authorization', 'Bearer the-capabilitY']]],
    ['another scheme', [['authorization', 'Basic the-capability']]],
    [
      'two headers',
      [
        ['authorization', 'Bearer the-capability'],
        ['authorization', 'Bearer the-capability'],
      ],
    ],
  ];
  for (const [what, headers] of closed) {
    it(`stays closed to ${what}, and does not even ask for a token`, async () => {
      const never = (): Promise<IdToken> => Promise.reject(new Error('asked'));
      const { status, body } = await answer({ headers }, never);
      assert.equal(status, 401);
      assert.ok(!body.includes('the-capability'));
    });
  }

  it('refuses other methods, but only to those who may enter', async () => {
    const { status, headers } = await answer({ method: 'DELETE' });
    assert.equal(status, 405);
    assert.deepEqual(headers, { allow: 'GET, POST' });
    assert.equal((await answer({ method: 'DELETE', headers: [] })).status, 401);
  });

  it('tells a failure by its kind', async () => {
    const transient = await answer({}, () => Promise.reject(aFailure()));
    assert.equal(transient.status, 503);
    const definite = await answer({}, () => Promise.reject(refusal('JOB_TOKEN_REFUSED', 'a', 'b')));
    assert.equal(definite.status, 403);
    assert.ok(definite.body.includes('JOB_TOKEN_REFUSED'));
  });

  const ofJob: Partial<LoopbackRequest> = {
    method: 'POST',
    headers: [['authorization', `Bearer ${jobAccessToken.reveal()}`]],
  };

  for (const { what, query, subject } of [
    {
      what: 'of the connection that the request names',
      query: '&serviceConnectionId=c2',
      subject: 'of c2',
    },
    { what: 'of its own connection where it names none', query: '', subject: undefined },
    {
      what: 'of its own connection where the name is empty',
      query: '&serviceConnectionId=',
      subject: undefined,
    },
  ]) {
    it(`answers the job's access token with the ID token ${what}`, async () => {
      const { status, body } = await answer({ ...ofJob, target: `/x?v=1&api-version=7.1${query}` });
      assert.equal(status, 200);
      const { oidcToken } = JSON.parse(body) as { oidcToken: string };
      assert.equal(oidcToken, anIdTokenText(subject === undefined ? {} : { subject }));
    });
  }
});
