import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAhead } from '../../../src/external/session/head-start.ts';
import { dialAzureDevOps } from '../../../src/external/upstream/azure-devops.ts';
import { httpsThrough } from '../../../src/external/upstream/https.ts';
import { createCertificateAuthority } from '../../harness/emulator/certificate-authority.ts';
import { CountingHost } from '../../support/counting-host.ts';

const authority = createCertificateAuthority();
const proxies = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'];

describe('Azure DevOps, dialled before anything is asked', () => {
  let host: CountingHost;
  let folder = '';
  let before: NodeJS.ProcessEnv;
  let network: { readonly authoritiesFile: string };

  beforeEach(async () => {
    host = await new CountingHost(authority).open();
    folder = mkdtempSync(join(tmpdir(), 'azure-devops-'));
    network = { authoritiesFile: join(folder, 'authorities.pem') };
    writeFileSync(network.authoritiesFile, authority.certificate);
    before = { ...process.env };
    for (const name of proxies) {
      Reflect.deleteProperty(process.env, name);
      Reflect.deleteProperty(process.env, name.toLowerCase());
    }
    Object.assign(process.env, {
      AGENT_TEMPDIRECTORY: folder,
      AGENT_CAINFO: network.authoritiesFile,
      SYSTEM_OIDCREQUESTURI: new URL('contoso/oidctoken', host.url).href,
    });
  });
  afterEach(() => {
    for (const name of Object.keys(process.env)) {
      if (!(name in before)) Reflect.deleteProperty(process.env, name);
    }
    Object.assign(process.env, before);
    host.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = (http: ReturnType<typeof httpsThrough>, url = host.url): Promise<unknown> =>
    http.send({ method: 'GET', url, headers: {}, timeoutMs: 5_000 });

  it('gives its connection to the first request, with the authorities of the agent', async () => {
    const http = httpsThrough(network, dialAzureDevOps());
    await host.dialled();
    await ask(http);
    assert.equal(host.sockets.length, 1);
    await ask(http);
    assert.equal(host.sockets.length, 2);
  });

  it('gives it to no request that goes elsewhere', async () => {
    const other = await new CountingHost(authority).open();
    try {
      const early = dialAzureDevOps();
      await host.dialled();
      await ask(httpsThrough(network, early), other.url);
      assert.equal(other.sockets.length, 1);
    } finally {
      other.close();
    }
  });

  for (const [title, variables] of [
    ['the agent has a proxy', { AGENT_PROXYURL: 'http://proxy.example:1' }],
    ['the environment names a proxy', { https_proxy: 'http://proxy.example:1' }],
    ['the agent does not say where it is', { SYSTEM_OIDCREQUESTURI: '' }],
    ['its address is none', { SYSTEM_OIDCREQUESTURI: 'dev.azure.com' }],
    ['it is not reached by TLS', { SYSTEM_OIDCREQUESTURI: 'http://devops.example/' }],
  ] as const) {
    it(`is not, where ${title}`, () => {
      Object.assign(process.env, variables);
      assert.equal(dialAzureDevOps(), undefined);
    });
  }

  for (const [input, value] of [
    ['INPUT_REFRESH', 'false'],
    ['INPUT_MODE', 'static'],
  ] as const) {
    it(`is, by a step with ${input} ${value}, which needs no broker`, async () => {
      process.env[input] = value;
      const { broker, azureDevOps } = await startAhead('none.mjs', {
        refresh: { false: 'Azure DevOps' },
        mode: { static: 'Azure DevOps' },
      });
      assert.equal(broker, undefined);
      await ask(httpsThrough(network, azureDevOps));
      assert.equal(host.sockets.length, 1);
    });
  }
});
