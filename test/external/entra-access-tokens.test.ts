import assert from 'node:assert/strict';
import { entraThrough } from '../../src/external/entra-access-tokens.ts';
import type { ExchangeOutcome, ExchangeRequest, NetworkSettings } from '../../src/ports.ts';
import { Secret } from '../../src/secret.ts';
import type { FaultKind } from '../harness/emulator/emulator.ts';
import type { ServiceConnectionOptions } from '../harness/emulator/service-connections.ts';
import { openWorkplace, type Workplace } from '../harness/emulator/workplace.ts';

type Refused = Extract<ExchangeOutcome, { granted: false }>;

const faults: readonly (readonly [FaultKind, (refused: Refused) => unknown, unknown])[] = [
  ['reset', ({ trouble }) => trouble?.reason, 'connection'],
  ['tls-reset', ({ trouble }) => trouble?.reason, 'connection'],
  ['silence', ({ trouble }) => trouble?.reason, 'timeout'],
  ['slow-body', ({ trouble }) => trouble?.reason, 'timeout'],
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
      timeoutMs: 2_500,
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
      const sent = await request();
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
