import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { reachBroker } from '../../../src/external/session/loopback-client.ts';

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

const nobody = { port: 9, controlCapability: '', brokerId: 'it' };

/** What the broker sends first. */
const asBroker = { 'x-broker-id': 'it' };

const answers: readonly (readonly [string, Handle])[] = [
  ['an error status', (_, response) => void response.writeHead(500).end('{}')],
  ['a refused capability', (_, response) => void response.writeHead(401).end('{"a":1}')],
  ['a redirect', (_, response) => void response.writeHead(302, { location: '/' }).end()],
  ['no JSON', (_, response) => void response.writeHead(200, asBroker).end('<html>')],
  ['what does not name the broker', (_, response) => void response.writeHead(200).end('{}')],
  [
    'what names another broker',
    (_, response) => void response.writeHead(200, { 'x-broker-id': 'another' }).end('{}'),
  ],
  ['nothing', (_, response) => void response.end()],
  ['a cut connection', (_, response) => void response.destroy()],
  [
    'half an answer',
    (_, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"a":');
      setTimeout(() => response.destroy(), 50);
    },
  ],
  [
    'an answer without end',
    (_, response) => {
      const more = (): void => {
        while (response.write(Buffer.alloc(65_536, 'a')));
      };
      response.on('drain', more);
      response.on('error', () => undefined);
      more();
    },
  ],
  ['silence', () => undefined],
  [
    'an answer that drips',
    (_, response) => {
      const drip = setInterval(() => response.write(' '), 200);
      response.on('close', () => clearInterval(drip));
    },
  ],
];

describe('The way to a running broker', function () {
  this.timeout(15_000);

  for (const [title, handle] of answers) {
    it(`holds ${title} for no answer`, async () => {
      await serving(handle, async (port) => {
        const broker = reachBroker({ port, controlCapability: 'capability', brokerId: 'it' });
        assert.equal(await broker.ask('status', {}), undefined);
      });
    });
  }

  it('waits for a first token where the broker shows at once that it has heard', async () => {
    await serving(
      (_, response) => {
        response.writeHead(200, asBroker).flushHeaders();
        setTimeout(() => response.end('{"registration":{}}'), 4_000);
      },
      async (port) => {
        const broker = reachBroker({ port, controlCapability: 'capability', brokerId: 'it' });
        assert.deepEqual(await broker.ask('register', {}), { registration: {} });
      },
    );
  });

  it('gives up after three seconds where nobody shows that, also on a registration', async () => {
    await serving(
      () => undefined,
      async (port) => {
        const broker = reachBroker({ port, controlCapability: 'capability', brokerId: 'it' });
        const began = performance.now();
        assert.equal(await broker.ask('register', {}), undefined);
        assert.ok(performance.now() - began < 10_000);
      },
    );
  });

  it('holds a closed port for no answer', async () => {
    assert.equal(await reachBroker(nobody).ask('stop', {}), undefined);
  });

  it('keeps the capability out of what NODE_DEBUG has Node write', async () => {
    await serving(
      (_, response) => void response.writeHead(200, asBroker).end('{}'),
      async (port) => {
        const program = fileURLToPath(new URL('../programs/ask-broker.ts', import.meta.url));
        const asking = promisify(execFile)(
          process.execPath,
          ['--import', 'tsx', program, String(port), 'the-capability'],
          { env: { ...process.env, NODE_DEBUG: 'http,net,stream,tls,child_process' } },
        );
        const { stdout, stderr } = await asking;
        assert.equal(stdout.trim(), '{}');
        assert.match(stderr, /^HTTP \d+: /m);
        assert.ok(!stderr.includes('the-capability'));
      },
    );
  });

  it('sends the capability as a bearer, the body as JSON, and stays out of every proxy', async () => {
    const seen: unknown[] = [];
    process.env['HTTP_PROXY'] = 'http://127.0.0.1:9';
    try {
      await serving(
        (request, response) => {
          const { method, url, headers } = request;
          let body = '';
          request.on('data', (chunk: Buffer) => (body += chunk.toString()));
          request.on('end', () => {
            seen.push({ method, url, bearer: headers.authorization, host: headers.host, body });
            response.writeHead(200, asBroker).end('{"told":"ü"}');
          });
        },
        async (port) => {
          const broker = reachBroker({ port, controlCapability: 'capability', brokerId: 'it' });
          assert.deepEqual(await broker.ask('dismiss', { id: 'ä' }), { told: 'ü' });
          const host = `127.0.0.1:${port}`;
          const [method, url, body] = ['POST', '/control/dismiss', '{"id":"ä"}'];
          assert.deepEqual(seen, [{ method, url, bearer: 'Bearer capability', host, body }]);
        },
      );
    } finally {
      delete process.env['HTTP_PROXY'];
    }
  });
});

async function serving(handle: Handle, work: (port: number) => Promise<void>): Promise<void> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await work((server.address() as AddressInfo).port);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
