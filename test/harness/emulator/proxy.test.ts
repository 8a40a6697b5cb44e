import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { askThrough, openTunnel } from './through-proxy.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

describe("the emulator's proxy", () => {
  let place: Workplace;
  before(async () => {
    place = await openWorkplace();
  });
  after(() => place.close());

  const lastEntry = (): readonly unknown[] => {
    const entry = place.emulator.journal.entries.at(-1);
    return [entry?.route, entry?.method, entry?.host, entry?.status, entry?.error];
  };

  it('refuses a host that it does not play, and writes that down', async () => {
    await assert.rejects(openTunnel(place.emulator, 'example.com:443'), /answered 403/);
    assert.deepEqual(lastEntry(), ['refused', 'CONNECT', 'example.com:443', 403, 'unknown-host']);
  });

  it('refuses a port that is not 443', async () => {
    await assert.rejects(openTunnel(place.emulator, 'dev.azure.com:8443'), /answered 403/);
  });

  it('refuses plain HTTP, be it to loopback, and writes that down', async () => {
    const asked = request(place.emulator.proxyUrl, { path: 'http://127.0.0.1:9/msi?a=b' });
    asked.end();
    const [message] = (await once(asked, 'response')) as [IncomingMessage];
    message.resume();
    assert.equal(message.statusCode, 403);
    assert.deepEqual(lastEntry(), ['refused', 'GET', '127.0.0.1:9', 403, 'plain-http']);
  });

  it('writes down what it has no answer for', async () => {
    const answer = await askThrough(place.emulator, 'https://management.azure.com/nothing');
    assert.equal(answer.status, 404);
    assert.equal(place.emulator.journal.entries.at(-1)?.error, 'not-emulated');
  });

  it('hands its environment to programs without naming exceptions', () => {
    const { environment, proxyUrl, caFile } = place.emulator;
    assert.deepEqual(environment, {
      HTTPS_PROXY: proxyUrl,
      HTTP_PROXY: proxyUrl,
      NODE_EXTRA_CA_CERTS: caFile,
      SSL_CERT_FILE: caFile,
      REQUESTS_CA_BUNDLE: caFile,
    });
  });

  it('leaves nothing behind, not even for clients that still wait', async () => {
    const other = await openWorkplace();
    const connection = other.emulator.addServiceConnection({ name: 'waiting' });
    other.emulator.faults.inject({ at: 'oidctoken', kind: 'silence' });
    const waiting = assert.rejects(other.idToken(connection));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await other.close();
    await waiting;
    const socket = connect(Number(new URL(other.emulator.proxyUrl).port), '127.0.0.1');
    await assert.rejects(once(socket, 'connect'), /ECONNREFUSED/);
  });
});
