import { deepEqual, equal, match, ok } from 'node:assert/strict';
import type {
  LoopbackAnswer,
  LoopbackRequest,
} from '../../../src/delivery/loopback/loopback-request.ts';
import { anOrder, BrokerFixture, type Served } from '../../support/broker-fixture.ts';
import { anAnswer, ids, seconds } from '../../support/builders.ts';
import { refused } from '../../support/upstream.ts';

const idTokenPath = `/connections/${ids.connection}/id-token`;
const msiPath = `/connections/${ids.connection}/msi`;
const msiQuery = 'api-version=2019-08-01&resource=https%3A%2F%2Fmanagement.azure.com%2F';
const host = '127.0.0.1:50505';

const controlRoutes = ['status', 'register', 'dismiss', 'expect', 'access-token', 'stop'];

const started = (): Promise<BrokerFixture> => new BrokerFixture().start();

type Headers = readonly (readonly [string, string])[];

/** A request to the ID token's route that is right but for the changes. */
function ask(bench: BrokerFixture, changes: Partial<LoopbackRequest>): Promise<Served> {
  return bench.request(`${idTokenPath}?v=1`, {}, { headers: rightHeaders(bench), ...changes });
}

function rightHeaders({ registration }: BrokerFixture): Headers {
  return [
    ['host', host],
    ['authorization', `Bearer ${registration.idTokenCapability}`],
  ];
}

describe('the route of the ID token', () => {
  for (const method of ['GET', 'POST']) {
    it(`answers ${method} with the token in both members`, async () => {
      const bench = await started();
      const { status, body } = await ask(bench, { method });
      const { value, oidcToken } = JSON.parse(body) as Record<string, string>;
      equal(status, 200);
      equal(value, oidcToken);
      ok(bench.upstream.accepts(value ?? ''));
    });
  }

  const targets = [
    `${idTokenPath}?v=1&audience=api%3A%2F%2FAzureADTokenExchange`,
    `${idTokenPath}?audience=api://AzureADTokenExchangeUSGov&v=1`,
    `${idTokenPath}?api-version=7.1&serviceConnectionId=${ids.connection}`,
    idTokenPath,
  ];
  for (const target of targets) {
    it(`does not mind the query of ${target.slice(idTokenPath.length)}`, async () => {
      equal((await ask(await started(), { target })).status, 200);
    });
  }

  it('tells of trouble with 503 and the time to wait, and of a definite no with 403', async () => {
    const bench = await started();
    bench.upstream.suspend(seconds(700));
    bench.upstream.devOpsFault = () => anAnswer({ status: 429, headers: { 'retry-after': '90' } });
    const throttled = await bench.idToken();
    equal(throttled.status, 503);
    deepEqual(throttled.headers, { 'retry-after': '90' });
    await bench.clock.advance(seconds(100));
    bench.upstream.devOpsFault = () => anAnswer({ status: 404 });
    await bench.clock.advance(seconds(100));
    const gone = await bench.idToken();
    equal(gone.status, 403);
    match(gone.body, /does not find the connection.*Check that the connection exists/);
  });
});

describe('the route of the managed identity', () => {
  it('answers in the shape of App Service', async () => {
    const bench = await started();
    const { status, body } = await bench.accessToken();
    const answer = JSON.parse(body) as Record<string, unknown>;
    equal(status, 200);
    deepEqual(Object.keys(answer).sort(), [
      'access_token',
      'client_id',
      'expires_on',
      'resource',
      'token_type',
    ]);
    match(String(answer['expires_on']), /^\d{10}$/);
  });

  it('answers behind a slash before the question mark', async () => {
    const bench = await started();
    const header = { 'x-identity-header': bench.registration.managedIdentityCapability };
    equal((await bench.request(`${msiPath}/?${msiQuery}`, header)).status, 200);
    equal((await bench.request(`${msiPath}//?${msiQuery}`, header)).status, 401);
  });
});

describe('what nobody but a tool of the job can get', () => {
  type Change = (bench: BrokerFixture) => Partial<LoopbackRequest>;
  const header =
    (...more: Headers): Change =>
    (bench) => ({ headers: [...rightHeaders(bench), ...more] });
  const bearer =
    (change: (capability: string, bench: BrokerFixture) => string): Change =>
    (bench) => ({
      headers: [
        ['host', host],
        ['authorization', change(bench.registration.idTokenCapability, bench)],
      ],
    });
  const withHost =
    (...values: readonly string[]): Change =>
    (bench) => ({
      headers: [
        ...values.map((value) => ['host', value] as const),
        ...rightHeaders(bench).slice(1),
      ],
    });
  const target =
    (value: string): Change =>
    () => ({ target: value });
  const attempts: readonly (readonly [name: string, status: number, change: Change])[] = [
    ['no capability', 401, () => ({ headers: [['host', host]] })],
    ['an empty capability', 401, bearer(() => 'Bearer ')],
    ['a wrong capability', 401, bearer(() => `Bearer ${'x'.repeat(43)}`)],
    ['a truncated capability', 401, bearer((right) => `Bearer ${right.slice(0, -1)}`)],
    ['a capability and more', 401, bearer((right) => `Bearer ${right}x`)],
    ['a capability in another case', 401, bearer((right) => `Bearer ${right.toUpperCase()}`)],
    ['another scheme', 401, bearer((right) => `Basic ${right}`)],
    ['two words', 401, bearer((right) => `Bearer ${right} ${right}`)],
    [
      'the capability of the other route',
      401,
      bearer((_, { registration }) => `Bearer ${registration.managedIdentityCapability}`),
    ],
    ['the control capability', 401, bearer((_, bench) => `Bearer ${bench.controlCapability}`)],
    ['two capabilities', 401, header(['authorization', 'Bearer x'])],
    ['an origin', 403, header(['origin', 'http://127.0.0.1:50505'])],
    ['the origin null', 403, header(['origin', 'null'])],
    ['a proxy in between', 403, header(['x-forwarded-for', '127.0.0.1'])],
    ['no host', 403, withHost()],
    ['two hosts', 403, withHost(host, host)],
    ['the host localhost', 403, withHost('localhost:50505')],
    ['a rebound name', 403, withHost('evil.example:50505')],
    ['the host without its port', 403, withHost('127.0.0.1')],
    ['another port', 403, withHost('127.0.0.1:50506')],
    ['another notation of the address', 403, withHost('127.1:50505')],
    ['the address in the protocol of the other version', 403, withHost('[::1]:50505')],
    ['a trailing slash', 401, target(`${idTokenPath}/`)],
    ['a doubled slash', 401, target(`/${idTokenPath}`)],
    ['dots', 401, target(`/connections/x/../${ids.connection}/id-token`)],
    ['an encoded path', 401, target(idTokenPath.replace('connections', '%63onnections'))],
    ['an encoded slash', 401, target(idTokenPath.replace('/id-token', '%2fid-token'))],
    ['upper case', 401, target(idTokenPath.toUpperCase())],
    ['a backslash', 401, target(idTokenPath.replaceAll('/', '\\'))],
    ['a whole URL', 401, target(`http://${host}${idTokenPath}`)],
    ['a fragment', 401, target(`${idTokenPath}#`)],
    ['an unknown connection', 401, target('/connections/other/id-token')],
    ['the route of the managed identity', 401, target(`${msiPath}?${msiQuery}`)],
    ['a control route', 401, target('/control/status')],
    ...['PUT', 'DELETE', 'HEAD', 'OPTIONS', 'get', ''].map(
      (method) => [`the method "${method}"`, 405, () => ({ method })] as const,
    ),
  ];
  for (const [name, status, change] of attempts) {
    it(`is not given for ${name}`, async () => {
      const bench = await started();
      const served = await ask(bench, change(bench));
      equal(served.status, status);
      equal(served.token, '');
    });
  }

  it('is refused in the same words whether the connection exists or not', async () => {
    const bench = await started();
    const wrong: Headers = [
      ['host', host],
      ['authorization', 'Bearer wrong'],
      ['x-identity-header', 'wrong'],
    ];
    const paths = [
      idTokenPath,
      `${msiPath}?${msiQuery}`,
      '/connections/other/id-token',
      `/connections/other/msi?${msiQuery}`,
      '/control/status',
      '/elsewhere',
    ];
    const answers: LoopbackAnswer[] = [];
    for (const path of paths) answers.push(await ask(bench, { headers: wrong, target: path }));
    deepEqual(new Set(answers.map(({ status, body }) => `${status} ${body}`)).size, 1);
    deepEqual(
      answers.map((answer) => answer.headers),
      answers.map(() => undefined),
    );
  });

  const controlAttempts = [
    ['GET', 'the-right-one', 404],
    ['POST', 'a-wrong-one', 401],
  ] as const;
  for (const [method, which, status] of controlAttempts) {
    it(`includes the control routes: ${method} with ${which} is ${status}`, async () => {
      const bench = await started();
      for (const route of [...controlRoutes, 'x', '']) {
        const capability = which === 'the-right-one' ? bench.controlCapability : which;
        const authorization = `Bearer ${capability}`;
        const served = await bench.request(`/control/${route}`, { authorization }, { method });
        equal(served.status, status, route);
      }
      await bench.clock.advance(seconds(20));
      equal(bench.end, undefined);
    });
  }
});

describe('the control routes', () => {
  it('give an access token to a task, waiting out trouble', async () => {
    const bench = await started();
    bench.upstream.entraFault = () => refused({ status: 503 });
    const scope = 'https://vault.azure.net/.default';
    const asked = bench.control('access-token', { id: ids.connection, scope });
    await bench.clock.advance(seconds(12));
    bench.upstream.entraFault = undefined;
    await bench.clock.advance(seconds(5));
    const { token } = (await asked) as { token: string };
    ok(bench.upstream.accepts(token));
  });

  it('tell a task of a failure in full', async () => {
    const bench = await started();
    bench.upstream.devOpsFault = () => anAnswer({ status: 404 });
    const { failure } = (await bench.control('register', anOrder({ id: 'other' }))) as {
      failure: { code: string; remedy: string; kind: string };
    };
    deepEqual([failure.code, failure.kind], ['CONNECTION_NOT_FOUND', 'definite']);
  });

  const garbage = ['', '{', 'null', '[]', '"x"', '{"id":{}}'];
  for (const body of garbage) {
    it(`refuse with 400, and survive, the body ${body === '' ? 'of nothing' : body}`, async () => {
      const bench = await started();
      const headers: Headers = [
        ['host', host],
        ['authorization', `Bearer ${bench.controlCapability}`],
      ];
      for (const route of ['register', 'dismiss', 'expect', 'access-token']) {
        const change = { method: 'POST', headers, body };
        const { status } = await bench.request(`/control/${route}`, {}, change);
        equal(status, 400, route);
      }
      equal((await bench.idToken()).status, 200);
    });
  }

  it('count answers by client, and leave out who had no capability', async () => {
    const bench = await started();
    await ask(bench, { headers: [...rightHeaders(bench), ['user-agent', 'curl/8']] });
    await ask(bench, { headers: [['host', host]] });
    await ask(bench, { method: 'PUT' });
    const { connections } = (await bench.control('status', {})) as {
      connections: [{ served: unknown; refusedAnswers: number }];
    };
    deepEqual(connections[0].served, { curl: 1, 'unnamed program': 1 });
    equal(connections[0].refusedAnswers, 1);
  });
});
