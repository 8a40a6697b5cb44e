import fc from 'fast-check';
import assert from 'node:assert/strict';
import type { ErrorCode, FailureKind } from '../../../src/errors.ts';
import { judgeIdTokenAnswer, type GrantedIdToken } from '../../../src/id-token/id-token-answer.ts';
import type { HttpAnswer } from '../../../src/ports.ts';
import {
  anAnswer,
  anIdTokenAnswer,
  anIdTokenText,
  ids,
  noon,
  seconds,
} from '../../support/builders.ts';
import { assertSafeForLogs, failureOf } from '../../support/failures.ts';
import {
  assertClassified,
  spoiledAnswer,
  spoiledJwt,
  spoiledObject,
  spoiledText,
  thousands,
} from '../../support/mutations.ts';

const connection = { id: ids.connection, name: 'production' };

const judge = (answer: HttpAnswer): ReturnType<typeof judgeIdTokenAnswer> =>
  judgeIdTokenAnswer(answer, connection, noon);

const page = (status: number): HttpAnswer =>
  anAnswer({
    status,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: '<!DOCTYPE html><title>Sign in</title>',
  });

const vss = (status: number, typeKey: string, message: string): HttpAnswer =>
  anAnswer({
    status,
    body: JSON.stringify({
      $id: '1',
      message,
      typeName: `Microsoft.${typeKey}`,
      typeKey,
      errorCode: 0,
    }),
  });

const unreferenced = (status: number): HttpAnswer =>
  anAnswer({
    status,
    body: JSON.stringify({
      count: 151,
      value: `There is no explicit reference to service connection ${ids.connection} from current stage Build.Job.__default.`,
    }),
  });

/** The table of errors in the facts of the agent, section 6.4, and what stands near it. */
const refusals: readonly (readonly [string, HttpAnswer, ErrorCode, FailureKind])[] = [
  [
    'no api-version',
    vss(400, 'VssVersionNotSpecifiedException', 'No api-version was supplied.'),
    'ID_TOKEN_REFUSED',
    'unknown',
  ],
  [
    'GET in place of POST',
    anAnswer({
      status: 405,
      body: '{"count":1,"value":{"Message":"The requested resource does not support http method \'GET\'."}}',
    }),
    'ID_TOKEN_REFUSED',
    'unknown',
  ],
  ...[400, 401, 403, 404, 409, 500].map(
    (status) =>
      [
        `a job that has hardly begun (${status})`,
        vss(status, 'Exception', "Can't issue ID_TOKEN for job in 'Pending' state."),
        'JOB_PENDING',
        'transient',
      ] as const,
  ),
  ['a refused job access token', anAnswer({ status: 401 }), 'JOB_TOKEN_REFUSED', 'definite'],
  ['a refused job access token, as a page', page(401), 'JOB_TOKEN_REFUSED', 'definite'],
  ['a redirect to a sign-in', page(302), 'DEVOPS_SIGN_IN_PAGE', 'transient'],
  ['another redirect', anAnswer({ status: 307 }), 'DEVOPS_SIGN_IN_PAGE', 'transient'],
  ['a sign-in page', page(203), 'DEVOPS_SIGN_IN_PAGE', 'transient'],
  ['a sign-in page as a good answer', page(200), 'DEVOPS_SIGN_IN_PAGE', 'transient'],
  [
    'a page without its type',
    anAnswer({ body: '\r\n <html>' }),
    'DEVOPS_SIGN_IN_PAGE',
    'transient',
  ],
  ["a proxy's page that forbids", page(403), 'DEVOPS_SIGN_IN_PAGE', 'transient'],
  ['a page that finds nothing', page(404), 'DEVOPS_SIGN_IN_PAGE', 'transient'],
  ['a proxy that wants a sign-in', page(407), 'PROXY_SIGN_IN_REFUSED', 'definite'],
  ['no reference (400)', unreferenced(400), 'CONNECTION_NOT_REFERENCED', 'definite'],
  ['no reference (403)', unreferenced(403), 'CONNECTION_NOT_REFERENCED', 'definite'],
  ['no reference (404)', unreferenced(404), 'CONNECTION_NOT_REFERENCED', 'definite'],
  [
    'a lost permission on the plan',
    vss(403, 'TaskOrchestrationPlanSecurityException', 'Access denied.'),
    'DEVOPS_UNAVAILABLE',
    'transient',
  ],
  ['no permission', vss(403, 'AccessDeniedException', 'No.'), 'ID_TOKEN_REFUSED', 'unknown'],
  ['no connection', vss(404, 'ServiceEndpointNotFound', 'No.'), 'CONNECTION_NOT_FOUND', 'definite'],
  ...[400, 403, 404].map(
    (status) =>
      [
        `a project that the job may not see (${status})`,
        vss(status, 'ProjectDoesNotExistException', `VS800075: The project with id 'x' does not …`),
        'VS800075',
        'definite',
      ] as const,
  ),
  ['an answer too late', anAnswer({ status: 408 }), 'DEVOPS_UNAVAILABLE', 'transient'],
  [
    'too many requests',
    anAnswer({ status: 429, body: 'TF400733' }),
    'DEVOPS_THROTTLED',
    'transient',
  ],
  ['too many requests, as a page', page(429), 'DEVOPS_THROTTLED', 'transient'],
  ['an error of the server', anAnswer({ status: 500 }), 'DEVOPS_UNAVAILABLE', 'transient'],
  ['a bad gateway', page(502), 'DEVOPS_UNAVAILABLE', 'transient'],
  ['an outage', page(503), 'DEVOPS_UNAVAILABLE', 'transient'],
  ['nothing', anAnswer({ body: '' }), 'DEVOPS_ANSWER_UNREADABLE', 'transient'],
  [
    'nothing, and saying so',
    anAnswer({ status: 204, body: '' }),
    'DEVOPS_ANSWER_UNREADABLE',
    'transient',
  ],
  [
    'half an answer',
    anAnswer({ body: '{"oidcToken":"eyJ' }),
    'DEVOPS_ANSWER_UNREADABLE',
    'transient',
  ],
  ['no token', anAnswer({ body: '{"value":"x"}' }), 'DEVOPS_ANSWER_UNREADABLE', 'transient'],
  [
    'an empty token',
    anAnswer({ body: '{"oidcToken":""}' }),
    'DEVOPS_ANSWER_UNREADABLE',
    'transient',
  ],
  [
    'a token that is none',
    anAnswer({ body: '{"oidcToken":"x"}' }),
    'DEVOPS_ANSWER_UNREADABLE',
    'transient',
  ],
  ['null', anAnswer({ body: 'null' }), 'DEVOPS_ANSWER_UNREADABLE', 'transient'],
];

describe("Azure DevOps' answer", () => {
  it('gives its ID token', () => {
    const { idToken, pauseMs } = judge(anIdTokenAnswer());
    assert.equal(idToken.token.reveal(), anIdTokenText());
    assert.equal(pauseMs, undefined);
  });

  it('may ask for a pause although it is good', () => {
    const headers = { 'content-type': 'application/json', 'retry-after': '12' };
    assert.equal(judge(anIdTokenAnswer({}, { headers })).pauseMs, seconds(12));
  });

  for (const [what, answer, code, kind] of refusals) {
    it(`is ${code}, ${kind}, for ${what}`, () => {
      const failure = failureOf(() => judge(answer), code);
      assert.equal(failure.kind, kind);
      assert.match(failure.message, /"production"|as an ID token/);
      assert.notEqual(failure.remedy, '');
    });
  }

  it('tells how long to wait where waiting helps', () => {
    const headers = { 'retry-after': '7' };
    assert.equal(failureOf(() => judge({ ...page(503), headers })).retryAfterMs, seconds(7));
    assert.equal(
      failureOf(() => judge(anAnswer({ status: 401, headers }))).retryAfterMs,
      undefined,
    );
  });

  for (const name of ['x-vss-e2eid', 'activityid']) {
    it(`is traced by ${name}`, () => {
      const answer = anAnswer({ status: 500, headers: { [name]: ids.plan } });
      assert.ok(failureOf(() => judge(answer)).message.includes(`activity ${ids.plan}`));
    });
  }

  it('is not traced by what is no ID', () => {
    const headers = { 'x-vss-e2eid': '##vso[task.complete]' };
    const { message } = failureOf(() => judge(anAnswer({ status: 500, headers })));
    assert.ok(!message.includes('vso'));
  });

  it('is a token or a failure that repeats nothing of it, whatever it is', () => {
    const marked = fc.string().map((text) => `s3cret${text}s3cret`);
    const body = fc.oneof(
      marked,
      marked.map((message) => JSON.stringify({ message, typeKey: message })),
      marked.map((oidcToken) => JSON.stringify({ oidcToken })),
      marked.map((text) => `${text} no explicit reference to service connection ${text}`),
      marked.map((text) => `<html>${text} TaskOrchestrationPlanSecurityException`),
    );
    const headers = fc.dictionary(
      fc.constantFrom('content-type', 'retry-after', 'x-vss-e2eid', 'location', 'date'),
      marked.map((text) => `${text}!`),
    );
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), headers, body, (status, sent, text) => {
        try {
          judge({ status, headers: sent, body: text });
        } catch (error) {
          assertClassified(error);
          assert.ok(!`${error.message} ${error.remedy}`.includes('s3cret'), error.message);
        }
      }),
      thousands,
    );
  });

  it('is a token or a failure that repeats nothing of it, however a good one is spoiled', () => {
    const good = anIdTokenAnswer();
    const whole = JSON.parse(good.body) as { oidcToken: string };
    const body = fc.oneof(
      spoiledText(good.body),
      spoiledObject({ ...whole, $id: '1' }),
      spoiledJwt(whole.oidcToken).map((oidcToken) => JSON.stringify({ oidcToken })),
      fc.constant(good.body),
    );
    const seen = { tokens: 0, codes: new Set<string>() };
    fc.assert(
      fc.property(spoiledAnswer(good, body), (answer) => {
        let granted: GrantedIdToken;
        try {
          granted = judge(answer);
        } catch (error) {
          assertClassified(error, whole.oidcToken, answer.body);
          seen.codes.add(error.code);
          return;
        }
        const { idToken, pauseMs = 0 } = granted;
        seen.tokens += 1;
        assert.equal((JSON.parse(answer.body) as typeof whole).oidcToken, idToken.token.reveal());
        assert.ok(Number.isFinite(idToken.expiresOn.getTime()));
        assert.ok(pauseMs >= 0);
        for (const shown of [idToken.issuer, idToken.subject, idToken.audience]) {
          assertSafeForLogs(shown);
        }
      }),
      thousands,
    );
    // Spoiled, and not destroyed: it comes to every kind of answer.
    assert.ok(seen.tokens > 100, `${seen.tokens} tokens`);
    assert.ok(seen.codes.has('DEVOPS_ANSWER_UNREADABLE') && seen.codes.size >= 5);
  });
});
