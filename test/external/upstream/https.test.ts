import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { httpsThrough } from '../../../src/external/upstream/https.ts';
import { NetworkTrouble, type HttpRequest, type NetworkSettings } from '../../../src/ports.ts';
import { Secret } from '../../../src/secret.ts';
import { guardedProxy } from '../../e2e/support/guarded-proxy.ts';
import { startEmulator, type Emulator, type FaultKind } from '../../harness/emulator/emulator.ts';

const troubles: readonly (readonly [FaultKind, NetworkTrouble['reason']])[] = [
  ['reset', 'connection'],
  ['tls-reset', 'connection'],
  ['cut-off', 'connection'],
  ['silence', 'timeout'],
  ['slow-body', 'timeout'],
  [{ delayMs: 60_000 }, 'timeout'],
  ['oversized', 'too large'],
];

describe('HTTPS', function () {
  this.timeout(30_000);
  let emulator: Emulator;
  let network: NetworkSettings;
  const folder = mkdtempSync(join(tmpdir(), 'https-'));

  before(async () => {
    emulator = await startEmulator({ folder });
    network = {
      authoritiesFile: emulator.caFile,
      proxy: { url: emulator.proxyUrl, bypass: [] },
    };
  });
  afterEach(() => emulator.faults.clear());
  after(async () => {
    await emulator.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const request = (changes: Partial<HttpRequest> = {}): HttpRequest => {
    const connection = emulator.addServiceConnection({ name: 'https' });
    const job = emulator.startJob({ connections: [connection] });
    return {
      method: 'POST',
      url: new URL(`${job.oidcRequestUri}?api-version=7.1&serviceConnectionId=${connection.id}`),
      headers: {
        authorization: new Secret(`Bearer ${job.jobAccessToken}`),
        'content-type': 'application/json',
      },
      body: '{}',
      timeoutMs: 20_000,
      ...changes,
    };
  };

  it('hands on status, headers in lower case, and body, and reveals a secret to the server', async () => {
    const answer = await httpsThrough(network).send(request());
    assert.equal(answer.status, 200);
    assert.match(answer.headers['content-type'] ?? '', /json/);
    assert.notEqual(answer.headers['x-vss-e2eid'], undefined);
    assert.match(answer.body, /^\{"oidcToken":"[\w.-]+"\}$/);
  });

  for (const [kind, reason] of troubles) {
    it(`tells of ${reason} when the answer is ${JSON.stringify(kind)}, in time and without a text`, async () => {
      emulator.faults.inject({ at: 'oidctoken', kind });
      // Short only where it is to end: a machine may well stand still for longer.
      const sent = request(reason === 'timeout' ? { timeoutMs: 2_000 } : {});
      const begun = performance.now();
      const error: unknown = await httpsThrough(network)
        .send(sent)
        .catch((caught: unknown) => caught);
      assert.ok(performance.now() - begun < 10_000);
      assert.ok(error instanceof NetworkTrouble);
      assert.equal(error.reason, reason);
      assert.match(error.message, /^[a-z ]+( \([A-Z_]+\))?$/);
      assert.equal(error.cause, undefined);
    });
  }

  it('takes a longer answer where one is expected', async () => {
    emulator.faults.inject({ at: 'oidctoken', kind: 'oversized' });
    const answer = await httpsThrough(network).send(request({ maxBytes: 16 * 1024 * 1024 }));
    assert.ok(answer.body.length > 8 * 1024 * 1024);
  });

  it('follows no redirect, and repeats nothing', async () => {
    emulator.faults.inject({ at: 'oidctoken', kind: 'sign-in-redirect' });
    const mark = emulator.journal.mark();
    const answer = await httpsThrough(network).send(request());
    assert.equal(answer.status, 302);
    emulator.faults.clear();
    emulator.faults.inject({ at: 'oidctoken', kind: { status: 503, retryAfterSeconds: 0 } });
    assert.equal((await httpsThrough(network).send(request())).status, 503);
    assert.equal(emulator.journal.since(mark).length, 2);
  });

  it('takes an authority that nobody told of for what it is', async () => {
    const { proxy } = network;
    await assert.rejects(httpsThrough({ proxy }).send(request()), { reason: 'certificate' });
    const authoritiesFile = join(folder, 'there-is-none.pem');
    await assert.rejects(httpsThrough({ proxy, authoritiesFile }).send(request()), {
      reason: 'certificate',
    });
  });

  it('takes a proxy that is not there for trouble on the way', async () => {
    const proxy = { url: 'http://127.0.0.1:9', bypass: [] };
    await assert.rejects(httpsThrough({ ...network, proxy }).send(request()), {
      reason: 'connection',
    });
  });

  it('shows its password to the proxy, and only there', async () => {
    const password = 'p@ss:w/rd?1 100%sure a%41b';
    const guard = await guardedProxy(emulator.proxyUrl, 'build user', password);
    const through = (given: string): Promise<{ status: number }> =>
      httpsThrough({
        ...network,
        proxy: { url: guard.url, username: 'build user', password: new Secret(given), bypass: [] },
      }).send(request());
    assert.equal((await through(password)).status, 200);
    assert.equal((await through('another')).status, 407);
    assert.deepEqual([guard.opened, guard.refused], [1, 1]);
    await guard.close();
  });
});
