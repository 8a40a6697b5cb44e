import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import {
  isBehindProxy,
  proxyFor,
  trusting,
} from '../../../src/external/upstream/network-settings.ts';
import type { NetworkSettings, ProxySettings } from '../../../src/ports.ts';
import { Secret } from '../../../src/secret.ts';
import { withProxyVariables } from '../../support/proxy-variables.ts';

const azureDevOps = new URL('https://dev.azure.com/contoso/');

describe('The network settings of an agent', () => {
  for (const [title, settings, expected] of [
    [
      'its port',
      { url: 'http://proxy.example:3128' },
      { host: 'http://proxy.example', port: 3128 },
    ],
    ['the usual port', { url: 'http://proxy.example' }, { host: 'http://proxy.example', port: 80 }],
    [
      'the port of TLS',
      { url: 'https://proxy.example/' },
      { host: 'https://proxy.example', port: 443 },
    ],
    ['an address of IPv6', { url: 'http://[::1]:8080' }, { host: 'http://[::1]', port: 8080 }],
    [
      'user and password',
      { url: 'http://proxy.example:1', username: 'm e', password: new Secret('p@:/?#%41') },
      {
        host: 'http://proxy.example',
        port: 1,
        username: 'm%20e',
        password: 'p%40%3A%2F%3F%23%2541',
      },
    ],
  ] as const satisfies readonly (readonly [string, Omit<ProxySettings, 'bypass'>, object])[]) {
    it(`lead through the proxy by ${title}`, () => {
      assert.deepEqual(proxyFor(azureDevOps, { proxy: { ...settings, bypass: [] } }), expected);
    });
  }

  for (const [title, variables, network, expected] of [
    ['nothing', {}, {}, false],
    ['a proxy of the agent', {}, { proxy: { url: 'http://proxy.example', bypass: [] } }, true],
    [
      'an exception of the agent',
      {},
      { proxy: { url: 'http://proxy.example', bypass: ['dev'] } },
      false,
    ],
    ['HTTPS_PROXY', { HTTPS_PROXY: 'http://proxy.example' }, {}, true],
    ['https_proxy', { https_proxy: 'http://proxy.example' }, {}, true],
    ['HTTP_PROXY', { HTTP_PROXY: 'http://proxy.example' }, {}, true],
    ['an empty HTTPS_PROXY', { HTTPS_PROXY: '' }, {}, false],
    [
      'an exception of the environment',
      { HTTPS_PROXY: 'http://proxy.example', no_proxy: 'azure.com' },
      {},
      false,
    ],
    ['an address that cannot be read', { HTTPS_PROXY: 'socks5://proxy.example' }, {}, true],
    ['an empty one beside', { HTTPS_PROXY: '', https_proxy: 'http://proxy.example' }, {}, true],
  ] as const satisfies readonly (readonly [string, object, NetworkSettings, boolean])[]) {
    it(`${expected ? 'put' : 'do not put'} a proxy between, with ${title}`, () => {
      return withProxyVariables(variables, () => {
        assert.equal(isBehindProxy(azureDevOps, network), expected);
      });
    });
  }

  for (const [pattern, isDirect] of [
    ['^https://dev\\.azure\\.com/', true],
    ['DEV\\.AZURE\\.COM', true],
    ['login\\.microsoftonline\\.com', false],
    ['^dev', false],
    ['(', false],
    ['*.azure.com', false],
  ] as const) {
    it(`${isDirect ? 'let' : 'do not let'} Azure DevOps past the proxy by ${pattern}`, () => {
      const proxy = { url: 'http://proxy.example:1', bypass: ['(', pattern] };
      assert.equal(proxyFor(azureDevOps, { proxy }) === 'direct', isDirect);
    });
  }

  for (const [title, variables, expected] of [
    ['none', {}, 'direct'],
    [
      'one without a scheme, with a password that is half encoded',
      { https_proxy: 'me:100%sure%41@10.0.0.1:3128' },
      { host: 'http://10.0.0.1', port: 3128, username: 'me', password: '100%25sureA' },
    ],
    [
      'the one of HTTPS first',
      { HTTP_PROXY: 'http://other.example', ALL_PROXY: 'http://all.example', HTTPS_PROXY: 'one' },
      { host: 'http://one', port: 80 },
    ],
    ['an exception', { ALL_PROXY: 'http://all.example', NO_PROXY: 'x, .azure.com' }, 'direct'],
  ] as const) {
    it(`take the proxy of the environment where the agent has none: ${title}`, () => {
      return withProxyVariables(variables, () => {
        assert.deepEqual(proxyFor(azureDevOps, {}), expected);
      });
    });
  }

  for (const [title, variables, network, code] of [
    ['HTTPS_PROXY', { HTTPS_PROXY: 'http://us:er:pass@word:x' }, {}, 'HTTPS_PROXY'],
    ['all_proxy', { all_proxy: 'socks5://proxy.example:1080' }, {}, 'all_proxy'],
    ['the agent', {}, { proxy: { url: 'http://', bypass: [] } }, 'Agent.ProxyUrl'],
  ] as const satisfies readonly (readonly [string, object, NetworkSettings, string])[]) {
    it(`name what holds an address that cannot be read: ${title}`, () => {
      return withProxyVariables(variables, () => {
        assert.throws(() => proxyFor(azureDevOps, network), { reason: 'proxy address', code });
      });
    });
  }

  it("add the agent's authorities to the usual ones, and are content without the file", () => {
    const folder = mkdtempSync(join(tmpdir(), 'authorities-'));
    const authoritiesFile = join(folder, 'own.pem');
    writeFileSync(authoritiesFile, 'our own authority');
    const { requestOverrides } = trusting({ authoritiesFile });
    const all = String(requestOverrides?.ca);
    assert.ok(all.includes('our own authority'));
    assert.ok(all.includes(rootCertificates[0] ?? assert.fail()));
    rmSync(folder, { recursive: true });
    assert.deepEqual(trusting({ authoritiesFile }), {});
    assert.deepEqual(trusting({}), {});
  });
});
