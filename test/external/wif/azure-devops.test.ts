import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NetworkTrouble } from '../../../src/ports.ts';
import { Secret } from '../../../src/secret.ts';
import type { WebAnswer } from '../../../wif/administration/web.ts';
import { azureDevOps } from '../../../wif/external/azure-devops.ts';
import { guardedProxy } from '../../e2e/support/guarded-proxy.ts';
import { withProxyVariables } from '../../support/proxy-variables.ts';

const contoso = new URL('https://dev.azure.com/contoso/');

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

describe('The way of wif to Azure DevOps', function () {
  this.timeout(30_000);

  it('hands on status, headers in lower case, and body, and sends the credential', async () => {
    const seen: unknown[] = [];
    const answer = await answerTo((request, response) => {
      const { method, url, headers } = request;
      seen.push([method, url, headers.authorization, headers['x-tfs-fedauthredirect']]);
      response.writeHead(404, { 'X-One': 'a', 'X-MS-ContinuationToken': 'next' }).end('{"ü":1}');
    });
    assert.equal(answer.status, 404);
    assert.equal(answer.headers['x-ms-continuationtoken'], 'next');
    assert.equal(answer.body, '{"ü":1}');
    assert.deepEqual(seen, [['GET', '/contoso/_apis/projects', 'Bearer x', 'Suppress']]);
  });

  for (const [title, address] of [
    ['with a scheme', 'http://the%20user:100%25sure%20a%2541b@'],
    ['without one, and half encoded', 'the%20user:100%sure%20a%2541b@'],
  ] as const) {
    it(`shows the proxy of the environment its password as it is: an address ${title}`, async () => {
      const proxy = await guardedProxy('http://127.0.0.1:9', 'the user', '100%sure a%41b');
      const HTTPS_PROXY = `${address}${new URL(proxy.url).host}`;
      await withProxyVariables({ HTTPS_PROXY }, () => assert.rejects(projectsOf(contoso)));
      assert.deepEqual([proxy.opened, proxy.refused], [1, 0]);
      await proxy.close();
    });
  }

  it('names the variable whose address of a proxy cannot be read', async () => {
    await withProxyVariables({ HTTPS_PROXY: 'socks5://proxy.example' }, () =>
      assert.rejects(projectsOf(contoso), new NetworkTrouble('proxy address', 'HTTPS_PROXY')),
    );
  });

  for (const status of [201, 403, 407]) {
    it(`takes no word of a proxy for one of Azure DevOps: HTTP ${status} in place of a tunnel`, async () => {
      const proxy = createServer().on('connect', (_, socket) => {
        socket.end(`HTTP/1.1 ${status} Said\r\nContent-Length: 2\r\n\r\n{}`);
      });
      const refusal = new NetworkTrouble('connection', `proxy: HTTP ${status}`);
      await asking(proxy, ({ origin: HTTPS_PROXY }) =>
        withProxyVariables({ HTTPS_PROXY }, () => assert.rejects(projectsOf(contoso), refusal)),
      );
    });
  }

  it('dials once for requests that follow each other', async () => {
    const server = createServer((_, response) => response.end('{}'));
    let connections = 0;
    server.on('connection', () => (connections += 1));
    await asking(server, async (organization) => {
      for (let count = 0; count < 3; count += 1) await projectsOf(organization);
    });
    assert.equal(connections, 1);
  });

  it('takes a list of many megabytes', async () => {
    const list = JSON.stringify({ value: ['a'.repeat(16 * 1024 * 1024)] });
    const { body } = await answerTo((_, response) => void response.end(list));
    assert.equal(body.length, list.length);
  });

  it('cuts an answer off that is far too large', async () => {
    const chunk = Buffer.alloc(1024 * 1024, ' ');
    let left = 256;
    const flood: Handle = (_, response) => {
      const more = (): void => {
        while (left > 0) {
          left -= 1;
          if (!response.write(chunk)) return;
        }
        response.end();
      };
      response.on('drain', more);
      more();
    };
    await assert.rejects(answerTo(flood), new NetworkTrouble('too large'));
    assert.ok(left > 0);
  });

  it('tells of a connection that is cut within the body', async () => {
    await assert.rejects(
      answerTo((_, response) => {
        response.writeHead(200, { 'content-length': 100 });
        response.write('{');
        setTimeout(() => response.destroy(), 50);
      }),
      { name: 'NetworkTrouble', reason: 'connection' },
    );
  });
});

/** Asks a server that answers so for its projects. */
function answerTo(handle: Handle): Promise<WebAnswer> {
  return asking(createServer(handle), projectsOf);
}

async function asking<T>(server: Server, work: (organization: URL) => Promise<T>): Promise<T> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const organization = new URL(`http://127.0.0.1:${port}/contoso/`);
    return await withProxyVariables({}, () => work(organization));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function projectsOf(organization: URL): Promise<WebAnswer> {
  const web = azureDevOps(organization, () => Promise.resolve(new Secret('Bearer x')));
  return web.send({ method: 'GET', path: '_apis/projects' });
}
