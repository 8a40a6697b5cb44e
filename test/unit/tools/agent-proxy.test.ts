import assert from 'node:assert/strict';
import type { NetworkSettings } from '../../../src/ports.ts';
import { Secret } from '../../../src/secret.ts';
import { behindAgentProxy } from '../../../src/tools/agent-proxy.ts';
import { aServiceConnection } from '../../support/builders.ts';
import { environmentOf, FakeTools } from '../../support/fake-tools.ts';

const url = 'http://proxy.example:3128';
const loopback = '127.0.0.1,localhost';

async function seen(
  network: NetworkSettings,
  environment: Readonly<Record<string, string>> = {},
): Promise<Record<string, string | undefined>> {
  const fake = new FakeTools();
  const tools = behindAgentProxy(fake, { network, environment }, aServiceConnection());
  await tools.run({ program: 'az', arguments: [], environment: { A: 'b' }, timeoutMs: 1 });
  const [run] = fake.runs;
  assert.ok(run !== undefined);
  return environmentOf(run);
}

describe("a tool's environment", () => {
  it('has the proxy that only the agent has, with its user, whatever stands in the password', async () => {
    const password = new Secret('100%sure/@');
    const proxy = `http://me:100%25sure%2F%40@proxy.example:3128/`;
    assert.deepEqual(await seen({ proxy: { url, username: 'me', password, bypass: [] } }), {
      A: 'b',
      HTTPS_PROXY: proxy,
      HTTP_PROXY: proxy,
      NO_PROXY: loopback,
    });
  });

  it('excepts the hosts of the connection that the agent excepts', async () => {
    const bypass = ['management\\.azure\\.com', '('];
    const { NO_PROXY } = await seen({ proxy: { url, bypass } });
    assert.equal(NO_PROXY, `${loopback},management.azure.com`);
  });

  const rows = [
    { where: 'there is none', network: {}, environment: {}, has: {} },
    {
      where: 'variables name one',
      network: { proxy: { url, bypass: [] } },
      environment: { https_proxy: 'http://another.example' },
      has: { NO_PROXY: loopback },
    },
    {
      where: 'its address is none',
      network: { proxy: { url: 'socks5://proxy', bypass: [] } },
      environment: {},
      has: { NO_PROXY: loopback },
    },
  ];
  for (const { where, network, environment, has } of rows) {
    it(`has no proxy of the agent where ${where}`, async () => {
      assert.deepEqual(await seen(network, environment), { A: 'b', ...has });
    });
  }
});
