import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { LoopbackListener } from '../../../src/broker/run.ts';
import type { LoopbackRequest } from '../../../src/delivery/loopback/loopback-request.ts';
import { listenOnLoopback } from '../../../src/external/broker/loopback-server.ts';
import { maxNewcomers } from '../../../src/external/broker/newcomers.ts';

describe('The loopback listener', function () {
  this.timeout(60_000);
  let listener: LoopbackListener;
  let seen: LoopbackRequest[] = [];

  beforeEach(async () => {
    seen = [];
    listener = await listenOnLoopback(undefined, (received) => {
      seen.push(received);
      const status = Number(/status=(\d+)/.exec(received.target)?.[1] ?? 200);
      const waitMs = Number(/wait=(\d+)/.exec(received.target)?.[1] ?? 0);
      return pause(waitMs, { status, body: '{"ok":true}' });
    });
  });
  afterEach(() => listener.close());

  it('hands on method, target, headers in their order, and body, as they came', async () => {
    const answer = await exchange(
      'POST /A%2fb?x=1&x=2 HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nX-A: 2\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}',
    );
    assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/);
    assert.match(answer, /cache-control: no-store/);
    const asTheyCame = seen.map(({ method, target, headers, body }) => ({
      method,
      target,
      headers,
      body,
    }));
    assert.deepEqual(asTheyCame, [
      {
        method: 'POST',
        target: '/A%2fb?x=1&x=2',
        headers: [
          ['host', 'h'],
          ['x-a', '1'],
          ['x-a', '2'],
          ['content-length', '2'],
          ['connection', 'close'],
        ],
        body: '{}',
      },
    ]);
  });

  it('listens on the loopback address only', async () => {
    const { networkInterfaces } = await import('node:os');
    const others = Object.values(networkInterfaces())
      .flat()
      .filter((address) => address?.family === 'IPv4' && !address.internal);
    for (const address of others) {
      await assert.rejects(connected(address?.address ?? '', listener.port));
    }
    await connected('127.0.0.1', listener.port);
  });

  it('takes another port when the wanted one is taken', async () => {
    const other = await listenOnLoopback(listener.port, () =>
      Promise.resolve({ status: 200, body: '{}' }),
    );
    assert.notEqual(other.port, listener.port);
    await other.close();
  });

  it('takes the wanted port again after it was closed', async () => {
    const { port } = listener;
    await listener.close();
    listener = await listenOnLoopback(port, () => Promise.resolve({ status: 200, body: '{}' }));
    assert.equal(listener.port, port);
  });

  for (const [what, text, status] of [
    [
      'two lengths that differ',
      'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}x',
      400,
    ],
    [
      'a length beside chunks',
      'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    [
      'an obsolete folded header',
      'GET / HTTP/1.1\r\nHost: h\r\nX-A: 1\r\n  GET /secret\r\n\r\n',
      400,
    ],
    ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['headers of 20 kB', `GET / HTTP/1.1\r\nHost: h\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    ['a line that is no HTTP', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n', 400],
  ] as const) {
    it(`turns away a request with ${what}`, async () => {
      const answer = await exchange(text);
      assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `));
      assert.deepEqual(seen, []);
    });
  }

  it('turns away a body of 100 kB, and goes on serving', async () => {
    const size = 100_000;
    const answer = await exchange(
      `POST / HTTP/1.1\r\nHost: h\r\nContent-Length: ${size}\r\n\r\n${'a'.repeat(size)}`,
    );
    assert.match(answer, /^HTTP\/1\.1 413 /);
    assert.deepEqual(seen, []);
    assert.equal(await status(), 200);
  });

  it('cuts a client that sends its headers slowly, after ten seconds at the latest', async () => {
    const socket = await connected('127.0.0.1', listener.port);
    // They tell the time as well, but not that in which the machine stood still.
    let drips = 0;
    const drip = setInterval(() => {
      drips += 1;
      socket.write('X-A: 1\r\n');
    }, 500);
    socket.write('GET / HTTP/1.1\r\nHost: h\r\n');
    await ended(socket);
    clearInterval(drip);
    assert.ok(drips < 24, `${drips} halves of a second`);
    assert.deepEqual(seen, []);
  });

  it('serves while a thousand connections say nothing, and gets rid of them', async () => {
    const idle = await Promise.all(
      Array.from({ length: 1_000 }, () => connected('127.0.0.1', listener.port)),
    );
    assert.equal(await status(), 200);
    await Promise.race([Promise.all(idle.map(ended)), pause(40_000)]);
    assert.equal(idle.filter((socket) => !socket.destroyed).length, 0);
    assert.equal(await status(), 200);
  });

  for (const refused of [401, 403]) {
    it(`lets nobody keep a connection that was answered ${refused}`, async () => {
      const socket = await connected('127.0.0.1', listener.port);
      const closed = ended(socket);
      socket.write(`GET /?status=${refused} HTTP/1.1\r\nHost: h\r\n\r\n`);
      await Promise.race([closed, pause(5_000)]);
      assert.ok(socket.destroyed);
    });
  }

  it('drops the oldest of the connections that say nothing, and none that is served', async () => {
    const kept = await connected('127.0.0.1', listener.port);
    kept.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    await new Promise((resolve) => kept.once('data', resolve));
    const waiting = await connected('127.0.0.1', listener.port);
    const answered = new Promise((resolve) => waiting.once('data', resolve));
    waiting.write('GET /?wait=3000 HTTP/1.1\r\nHost: h\r\n\r\n');
    while (seen.length < 2) await pause(10);
    const strangers: Socket[] = [];
    for (let count = 0; count < maxNewcomers + 50; count += 1) {
      strangers.push(await connected('127.0.0.1', listener.port));
    }
    for (const socket of strangers) socket.resume();
    assert.equal(await status(), 200);
    await pause(200);
    const dropped = strangers.map(({ destroyed }) => destroyed);
    assert.deepEqual([...new Set(dropped.slice(0, 50))], [true]);
    assert.deepEqual([...new Set(dropped.slice(60))], [false]);
    await answered;
    assert.equal(kept.destroyed, false);
    for (const socket of [...strangers, kept, waiting]) socket.destroy();
  });

  it('has room for 1,500 connections that come at the same moment', async () => {
    let made = 0;
    const sockets = Array.from({ length: 1_500 }, () =>
      connect(listener.port, '127.0.0.1', () => (made += 1)),
    );
    // For a connection that finds no room, the system tries again after a second.
    for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    for (const socket of sockets) socket.on('error', () => undefined).destroy();
    assert.equal(made, 1_500);
  });

  it('answers a request of the job before it turns away those who came earlier', async () => {
    const come = (): Promise<Socket> => connected('127.0.0.1', listener.port);
    const strangers = await Promise.all(Array.from({ length: 300 }, come));
    const own = await come();
    let turnedAway = 0;
    const ends = strangers.map((socket) => {
      socket.once('data', () => (turnedAway += 1));
      return once(socket, 'close');
    });
    const get = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: h\r\n\r\n`;
    // They are taken in their order, so by this answer all of them are.
    own.write(get('/'));
    await once(own, 'data');
    for (const socket of strangers) socket.write(get('/?status=401'));
    own.write(get('/'));
    await once(own, 'data');
    assert.ok(turnedAway < 100, `${turnedAway} were turned away before`);
    await Promise.all(ends);
    assert.equal(turnedAway, 300);
    own.destroy();
  });

  it('closes although a client holds its connection open', async () => {
    const socket = await connected('127.0.0.1', listener.port);
    let waits = 0;
    const waiting = setInterval(() => (waits += 1), 50);
    await listener.close();
    clearInterval(waiting);
    assert.ok(waits < 40, `${waits} twentieths of a second`);
    socket.destroy();
  });

  function status(): Promise<number> {
    return new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port: listener.port, agent: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });
  }

  async function exchange(text: string): Promise<string> {
    const socket = await connected('127.0.0.1', listener.port);
    let answer = '';
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
    });
    socket.write(text);
    await Promise.race([ended(socket), pause(20_000)]);
    socket.destroy();
    return answer;
  }
});

function connected(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host, () => resolve(socket));
    socket.on('error', reject);
    socket.setTimeout(60_000, () => socket.destroy());
  });
}

function ended(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.on('close', () => resolve());
    socket.resume();
  });
}
