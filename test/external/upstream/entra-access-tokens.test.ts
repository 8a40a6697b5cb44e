import fc from 'fast-check';
import assert from 'node:assert/strict';
import { entraThrough } from '../../../src/external/upstream/entra-access-tokens.ts';
import {
  NetworkTrouble,
  type ExchangeOutcome,
  type ExchangeRequest,
  type NetworkSettings,
} from '../../../src/ports.ts';
import { Secret } from '../../../src/secret.ts';
import type { FaultKind } from '../../harness/emulator/emulator.ts';
import type { ServiceConnectionOptions } from '../../harness/emulator/service-connections.ts';
import { openWorkplace, type Workplace } from '../../harness/emulator/workplace.ts';
import { aJwt, anIdTokenText, ids } from '../../support/builders.ts';
import { assertNoPieceOf, spoiledObject, spoiledText } from '../../support/mutations.ts';
import { anyExchange, bytesOf, RawEntra } from '../../support/raw-entra.ts';

type Refused = Extract<ExchangeOutcome, { granted: false }>;

const faults: readonly (readonly [FaultKind, (refused: Refused) => unknown, unknown])[] = [
  ['reset', ({ trouble }) => trouble?.reason, 'connection'],
  ['tls-reset', ({ trouble }) => trouble?.reason, 'connection'],
  ['silence', ({ trouble }) => trouble?.reason, 'timeout'],
  ['slow-body', ({ trouble }) => trouble?.reason, 'timeout'],
  ['cut-off', ({ trouble }) => trouble?.reason, 'connection'],
  ['oversized', ({ trouble }) => trouble?.reason, 'too large'],
  ['html', ({ status, trouble }) => [status, trouble], [200, undefined]],
  ['empty', ({ status, trouble }) => [status, trouble], [200, undefined]],
  ['no-token', ({ status, trouble }) => [status, trouble], [200, undefined]],
  ['truncated', ({ status, trouble }) => [status, trouble], [200, undefined]],
  [{ status: 500 }, ({ status, aadsts }) => [status, aadsts], [500, []]],
  [
    { status: 429, retryAfterSeconds: 7 },
    ({ status, headers }) => [status, headers['retry-after']],
    [429, '7'],
  ],
  [{ aadsts: 53003 }, ({ aadsts }) => aadsts[0], 53003],
  [{ aadsts: 90033 }, ({ aadsts }) => aadsts[0], 90033],
];

const noes: readonly (readonly [string, Partial<ServiceConnectionOptions>, number])[] = [
  ['no federated credential', { federatedCredential: 'none' }, 70025],
  ['another subject', { federatedCredential: { subject: 'another' } }, 700213],
  ['another issuer', { federatedCredential: { issuer: 'https://another.example' } }, 700211],
  ['another audience', { federatedCredential: { audience: 'api://another' } }, 700212],
];

describe('Access tokens of Entra', function () {
  this.timeout(30_000);
  let workplace: Workplace;
  let network: NetworkSettings;

  before(async () => {
    workplace = await openWorkplace();
    const { caFile, proxyUrl } = workplace.emulator;
    network = { authoritiesFile: caFile, proxy: { url: proxyUrl, bypass: [] } };
  });
  afterEach(() => workplace.emulator.faults.clear());
  after(() => workplace.close());

  const request = async (
    options: Partial<ServiceConnectionOptions> = {},
    changes: Partial<ExchangeRequest> = {},
  ): Promise<ExchangeRequest> => {
    const connection = workplace.emulator.addServiceConnection({ name: 'exchange', ...options });
    return {
      authorityHost: new URL('https://login.microsoftonline.com/'),
      tenantId: connection.tenantId,
      clientId: connection.clientId,
      clientAssertion: new Secret(await workplace.idToken(connection)),
      scope: 'https://management.azure.com/.default',
      timeoutMs: 20_000,
      ...changes,
    };
  };

  /** Nothing that came or went stands in what is handed on. */
  const refusedFor = async (sent: ExchangeRequest): Promise<Refused> => {
    const outcome = await entraThrough(network).exchange(sent);
    assert.ok(!outcome.granted);
    const { trouble, ...others } = outcome;
    const told = `${JSON.stringify(others)} ${trouble?.message ?? ''} ${trouble?.stack ?? ''}`;
    assert.ok(!told.includes(sent.clientAssertion.reveal()));
    assert.doesNotMatch(told, /error_description|client_assertion|AADSTS\d|<html/i);
    assert.equal(trouble?.cause, undefined);
    return outcome;
  };

  it('are granted with the time of their end, one request for each', async () => {
    const sent = await request();
    const mark = workplace.emulator.journal.mark();
    for (let round = 0; round < 2; round += 1) {
      const outcome = await entraThrough(network).exchange(sent);
      assert.ok(outcome.granted);
      assert.match(outcome.token.reveal(), /^[\w-]+\.[\w-]+\.[\w-]+$/);
      const leftMs = outcome.expiresOn.getTime() - Date.now();
      assert.ok(leftMs > 3_500_000 && leftMs <= 3_601_000, `${leftMs} ms`);
    }
    const routes = workplace.emulator.journal.since(mark).map(({ route }) => route);
    assert.deepEqual(routes, ['entra-token', 'entra-token']);
  });

  for (const [title, options, number] of noes) {
    it(`are refused with the number ${number} first, for ${title}`, async () => {
      const { aadsts, status, correlationId } = await refusedFor(await request(options));
      assert.equal(aadsts[0], number);
      assert.ok((status ?? 0) >= 400);
      assert.match(correlationId ?? '', /^[\w-]{36}$/);
    });
  }

  for (const [kind, read, expected] of faults) {
    it(`are not there when Entra answers with ${JSON.stringify(kind)}, and it is asked once`, async () => {
      // Short only where it is to end: a machine may well stand still for longer.
      const sent = await request({}, expected === 'timeout' ? { timeoutMs: 2_500 } : {});
      const fault = workplace.emulator.faults.inject({ at: 'entra', kind });
      const begun = performance.now();
      assert.deepEqual(read(await refusedFor(sent)), expected);
      assert.ok(performance.now() - begun < 10_000);
      assert.equal(fault.hits, 1);
    });
  }

  it('are not asked for where the certificate is not trusted', async () => {
    const { proxy } = network;
    const outcome = await entraThrough({ proxy }).exchange(await request());
    assert.ok(!outcome.granted);
    assert.equal(outcome.trouble?.reason, 'certificate');
  });
});

describe('A spoiled answer of Entra', function () {
  this.timeout(300_000);
  let entra: RawEntra;
  before(async () => {
    entra = await new RawEntra().open();
  });
  after(() => entra.close());

  const grant = {
    token_type: 'Bearer',
    expires_in: 3_599,
    ext_expires_in: 3_599,
    access_token: aJwt({ aud: 'https://management.azure.com', oid: ids.client }),
  };
  /** One that quotes what it should not. */
  const refusal = {
    error: 'invalid_client',
    error_description: `AADSTS700213: No matching record for ${anIdTokenText()}. Trace ID: ${ids.plan}`,
    error_codes: [700213],
    trace_id: ids.plan,
    correlation_id: ids.job,
  };

  const bodies = fc.oneof(
    ...[grant, refusal].flatMap((answer) => [
      spoiledObject(answer),
      spoiledText(JSON.stringify(answer)),
      fc.constant(JSON.stringify(answer)),
    ]),
  );
  const headers = fc.oneof(
    { weight: 7, arbitrary: fc.subarray(['Retry-After: 7', 'Location: /']) },
    { weight: 1, arbitrary: fc.constant(['Content-Encoding: gzip']) },
  );
  const answers = fc.oneof(
    fc
      .tuple(fc.constantFrom(200, 200, 302, 400, 401, 407, 429, 503), headers, bodies)
      .map((parts) => bytesOf(...parts)),
    fc.tuple(fc.integer({ min: 100, max: 599 }), headers, bodies).map((parts) => bytesOf(...parts)),
    ...[grant, refusal].map((answer) => spoiledText(bytesOf(200, [], JSON.stringify(answer)))),
  );

  /** The texts of the members that might be the token, as JSON reads them: spoiling makes escapes. */
  const tokensIn = (bytes: string): readonly unknown[] => {
    const members = Buffer.from(bytes)
      .toString()
      .matchAll(/"access_token"\s*:\s*("(?:[^"\\]|\\.)*")/gs);
    return [...members].map(([, text = '']) => parsed(text));
  };

  /** Which the library takes for good. */
  const takenForGood = [
    { ...grant, access_token: { of: 'members' } },
    { ...grant, access_token: 7 },
    { ...grant, expires_in: 'soon' },
    { ...grant, expires_in: 1e300 },
    // And this rightly so: the token is not written as it reads.
    { ...grant, access_token: ' "\\\n\u2028' },
  ].map((answer) => bytesOf(200, [], JSON.stringify(answer)));

  it('is a token, or a refusal in plain fields that repeats nothing of it', async () => {
    const seen = { granted: 0, numbered: 0, troubled: 0 };
    await fc.assert(
      fc.asyncProperty(answers, async (bytes) => {
        entra.bytes = Buffer.from(bytes);
        const outcome = await entraThrough(entra.network).exchange(anyExchange);
        if (outcome.granted) {
          assert.ok(typeof outcome.token.reveal() === 'string' && outcome.token.reveal() !== '');
          assert.ok(tokensIn(bytes).includes(outcome.token.reveal()), 'not the token that came');
          assert.ok(Number.isFinite(outcome.expiresOn.getTime()), 'no time of expiry');
          seen.granted += 1;
          return;
        }
        const { status, aadsts, correlationId, headers: told, trouble, ...others } = outcome;
        assert.deepEqual(others, { granted: false });
        assert.ok(status === undefined || Number.isInteger(status));
        assert.ok(aadsts.every((number) => Number.isSafeInteger(number) && number > 0));
        assert.match(correlationId ?? ids.job, /^[\w-]{8,64}$/);
        assert.ok(Object.values(told).every((value) => typeof value === 'string'));
        if (aadsts.length > 0) seen.numbered += 1;
        if (trouble === undefined) return;
        seen.troubled += 1;
        assert.equal(trouble.constructor, NetworkTrouble);
        assert.equal(trouble.cause, undefined);
        assert.match(
          trouble.message,
          /^(timeout|connection|certificate|too large)( \([A-Z][A-Z0-9_]+\))?$/,
        );
        const stack = trouble.stack ?? '';
        for (const secret of [anyExchange.clientAssertion.reveal(), grant.access_token]) {
          assertNoPieceOf(secret, stack);
        }
      }),
      // Told as it is found: looking for a smaller one takes longer than a test may.
      { numRuns: 300, examples: takenForGood.map((answer) => [answer]), endOnFailure: true },
    );
    const told = JSON.stringify(seen);
    assert.ok(Math.min(seen.granted, seen.numbered, seen.troubled) > 5, told);
  });
});

/** What a text of JSON says; undefined where it is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
