import fc from 'fast-check';
import { equal, ok } from 'node:assert/strict';
import { BrokerFixture } from '../../support/broker-fixture.ts';
import { ids } from '../../support/builders.ts';

const idTokenPath = `/connections/${ids.connection}/id-token`;
const msiPath = `/connections/${ids.connection}/msi`;
const msiQuery = 'api-version=2019-08-01&resource=https%3A%2F%2Fmanagement.azure.com%2F';
const host = '127.0.0.1:50505';

const started = (): Promise<BrokerFixture> => new BrokerFixture().start();

type Header = readonly [name: string, value: string];

describe('thousands of mutated requests', () => {
  const text = fc.string({ unit: 'binary', maxLength: 60 });
  const piece = fc.oneof(
    fc.constantFrom('/', '//', '..', '%2e', '%00', '?', '#', '\\', ';', 'id-token', 'msi'),
    fc.constantFrom('connections', 'control', 'status', 'access-token', ids.connection, 'v=1'),
    text,
  );
  const targets = fc.oneof(
    fc.array(piece, { maxLength: 8 }).map((pieces) => `/${pieces.join('/')}`),
    fc.constantFrom(`${idTokenPath}?v=1`, `${msiPath}?${msiQuery}`, '/control/access-token'),
    text,
  );
  const names = fc.constantFrom(
    'authorization',
    'x-identity-header',
    'origin',
    'cookie',
    'x-forwarded-for',
    'user-agent',
    'transfer-encoding',
  );
  const values = fc.oneof(
    text,
    text.map((value) => `Bearer ${value}`),
    fc.constantFrom('Bearer', 'bearer null', 'Bearer undefined', 'Bearer {}', 'Bearer *'),
  );
  const requests = fc.record({
    method: fc.oneof(fc.constantFrom('GET', 'POST', 'HEAD', 'PUT'), text),
    target: targets,
    headers: fc
      .array<Header>(fc.tuple(names, values), { maxLength: 5 })
      .chain((headers) => fc.constantFrom(headers, [['host', host] as Header, ...headers])),
    body: fc.oneof(text, fc.json()),
  });

  it('never get a token without a capability, and never break the broker', async () => {
    const bench = await started();
    await bench.accessToken();
    const { idTokenCapability, managedIdentityCapability } = bench.registration;
    const secrets = [bench.controlCapability, idTokenCapability, managedIdentityCapability];
    const asked = bench.upstream.visits.length;
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        const { status, body, token } = await bench.request('', {}, request);
        ok(status === 401 || status === 403, `${status}`);
        equal(token, '');
        ok(!secrets.some((secret) => body.includes(secret)));
        ok(JSON.parse(body) !== undefined);
      }),
      { numRuns: 3_000 },
    );
    equal(bench.upstream.visits.length, asked);
    equal((await bench.idToken()).status, 200);
  });

  it('with the right capability get a sensible answer whatever else they say', async () => {
    const bench = await started();
    const query = fc.dictionary(
      fc.constantFrom('api-version', 'resource', 'client_id', 'object_id', 'v', '__proto__'),
      fc.oneof(text, fc.constantFrom('2019-08-01', 'https://management.azure.com/', ids.client)),
    );
    await fc.assert(
      fc.asyncProperty(query, requests, async (parameters, { method, body }) => {
        const target = `${msiPath}?${new URLSearchParams(parameters).toString()}`;
        const headers: Header[] = [
          ['host', host],
          ['x-identity-header', bench.registration.managedIdentityCapability],
        ];
        const served = await bench.request(target, {}, { method, body, headers });
        ok([200, 400, 405].includes(served.status), `${served.status} ${served.body}`);
        equal(served.status === 200, served.token !== '');
      }),
      { numRuns: 1_000 },
    );
  });
});
