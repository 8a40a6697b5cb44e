import fc from 'fast-check';
import assert from 'node:assert/strict';
import { knownEntraFailures } from '../../../src/access-token/entra-failures.ts';
import { exchange, judgeRefusal } from '../../../src/access-token/exchange.ts';
import { FederationError, type ErrorCode, type FailureKind } from '../../../src/errors.ts';
import { NetworkTrouble, type ExchangeOutcome } from '../../../src/ports.ts';
import { Secret } from '../../../src/secret.ts';
import {
  anIdToken,
  aServiceConnection,
  ids,
  later,
  minutes,
  noon,
  seconds,
} from '../../support/builders.ts';
import { rejectionOf } from '../../support/failures.ts';
import { FakeClock, FakeEntra } from '../../support/fakes.ts';
import { assertClassified, spoiledText, thousands } from '../../support/mutations.ts';

type Refused = Extract<ExchangeOutcome, { granted: false }>;

const scope = 'https://vault.azure.net/.default';
const idToken = anIdToken();

const refused = (changes: Partial<Refused>): Refused => ({
  granted: false,
  aadsts: [],
  headers: {},
  ...changes,
});

const attempt = { identity: aServiceConnection(), idToken, scope };

const wait = { 'retry-after': '9' };

const refusals: readonly (readonly [
  what: string,
  changes: Partial<Refused>,
  code: ErrorCode,
  kind: FailureKind,
  retryAfterMs: number | undefined,
])[] = [
  ['a number', { status: 400, aadsts: [700213] }, 'AADSTS700213', 'settling', undefined],
  [
    'several numbers',
    { status: 401, aadsts: [7000215, 50000] },
    'AADSTS7000215',
    'definite',
    undefined,
  ],
  [
    'a number of an outage',
    { status: 503, aadsts: [90033], headers: wait },
    'AADSTS90033',
    'transient',
    seconds(9),
  ],
  [
    'an unknown number in an outage',
    { status: 503, aadsts: [123456], headers: wait },
    'AADSTS123456',
    'transient',
    seconds(9),
  ],
  [
    'an unknown number when throttled',
    { status: 429, aadsts: [123456], headers: wait },
    'AADSTS123456',
    'transient',
    seconds(9),
  ],
  [
    'an unknown number',
    { status: 400, aadsts: [123456], headers: wait },
    'AADSTS123456',
    'unknown',
    undefined,
  ],
  ['too many requests', { status: 429, headers: wait }, 'ENTRA_THROTTLED', 'transient', seconds(9)],
  ['an outage', { status: 503, headers: wait }, 'ENTRA_UNAVAILABLE', 'transient', seconds(9)],
  ['a page', { status: 200 }, 'ENTRA_UNAVAILABLE', 'transient', undefined],
  ['a proxy', { status: 407 }, 'PROXY_SIGN_IN_REFUSED', 'definite', undefined],
  ['no answer', {}, 'ENTRA_UNAVAILABLE', 'transient', undefined],
  ['a refusal without a number', { status: 403 }, 'ENTRA_UNAVAILABLE', 'transient', undefined],
  [
    'trouble on the way',
    { trouble: new NetworkTrouble('connection', 'ECONNREFUSED') },
    'ENTRA_UNAVAILABLE',
    'transient',
    undefined,
  ],
];

describe("Entra's refusal of an exchange", () => {
  for (const [what, changes, code, kind, retryAfterMs] of refusals) {
    it(`is ${code}, ${kind}, for ${what}`, () => {
      const failure = judgeRefusal(refused(changes), attempt, noon);
      assert.equal(failure.code, code);
      assert.equal(failure.kind, kind);
      assert.equal(failure.retryAfterMs, retryAfterMs);
      assert.ok(failure.message.includes('"production"') && failure.message.includes(scope));
    });
  }

  it('names the authority and the trouble where there was no answer', () => {
    const trouble = new NetworkTrouble('certificate', 'SELF_SIGNED_CERT_IN_CHAIN');
    const { message, remedy } = judgeRefusal(refused({ trouble }), attempt, noon);
    assert.ok(message.includes('login.microsoftonline.com'));
    assert.ok(message.includes('SELF_SIGNED_CERT_IN_CHAIN'));
    assert.ok(remedy.includes('NODE_EXTRA_CA_CERTS'));
  });

  it('always has a kind, an account and a remedy, and never the ID token', () => {
    const number = fc.oneof(
      fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      fc.constantFrom(...knownEntraFailures),
    );
    const trouble = fc
      .tuple(
        fc.constantFrom('timeout', 'connection', 'certificate', 'too large'),
        fc.option(fc.constantFrom('ECONNRESET', 'SELF_SIGNED_CERT_IN_CHAIN'), { nil: undefined }),
      )
      .map(([reason, code]) => new NetworkTrouble(reason, code));
    const outcomes = fc.record({
      aadsts: fc.array(number, { maxLength: 3 }),
      status: fc.option(fc.integer({ min: 100, max: 599 }), { nil: undefined }),
      headers: fc.dictionary(
        fc.oneof(fc.string(), fc.constantFrom('retry-after', 'date')),
        fc.oneof(fc.string(), spoiledText(noon.toUTCString()), spoiledText('30')),
        { noNullPrototype: true },
      ),
      correlationId: fc.option(fc.constantFrom(ids.plan, ids.job), { nil: undefined }),
      trouble: fc.option(trouble, { nil: undefined }),
    });
    const codes = new Set<string>();
    fc.assert(
      fc.property(outcomes, (outcome) => {
        const failure = new FederationError(judgeRefusal(refused(outcome), attempt, noon));
        assertClassified(failure, idToken.token.reveal());
        const { retryAfterMs = 0 } = failure;
        assert.ok(retryAfterMs >= 0 && retryAfterMs <= minutes(60), String(retryAfterMs));
        codes.add(failure.code);
      }),
      thousands,
    );
    for (const known of knownEntraFailures) assert.ok(codes.has(`AADSTS${known}`), String(known));
  });
});

describe('an exchange', () => {
  const clock = new FakeClock();

  it('hands the ID token of the connection to its authority', async () => {
    const entra = new FakeEntra(clock);
    await exchange(aServiceConnection(), idToken, scope, seconds(20), { entra, clock });
    assert.deepEqual(entra.requests, [
      {
        authorityHost: new URL('https://login.microsoftonline.com/'),
        tenantId: ids.tenant,
        clientId: ids.client,
        clientAssertion: idToken.token,
        scope,
        timeoutMs: seconds(20),
      },
    ]);
  });

  it('gives the access token with its scope', async () => {
    const world = { entra: new FakeEntra(clock), clock };
    const { token, ...rest } = await exchange(aServiceConnection(), idToken, scope, 1, world);
    assert.ok(token.reveal().endsWith(`for-${scope}`));
    assert.deepEqual(rest, { scope, expiresOn: later(minutes(60)) });
  });

  it('fails as the refusal is judged', async () => {
    const entra = new FakeEntra(clock);
    entra.reply = () => refused({ status: 400, aadsts: [700016] });
    const work = exchange(aServiceConnection(), idToken, scope, 1, { entra, clock });
    await rejectionOf(work, 'AADSTS700016');
  });

  it('takes an access token that has expired already for trouble of Entra', async () => {
    const entra = new FakeEntra(clock);
    const token = new Secret('old');
    entra.reply = () => ({ granted: true, token, expiresOn: later(1) });
    const work = exchange(aServiceConnection(), idToken, scope, 1, { entra, clock });
    const failure = await rejectionOf(work, 'ENTRA_UNAVAILABLE');
    assert.equal(failure.kind, 'transient');
    assert.match(failure.message, /"production".* expired/);
  });
});
