import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { VariableInput } from '../harness/agent/contract.ts';
import { Stage } from '../harness/stage.ts';
import { ask, managedIdentityDoor } from './support/clients.ts';
import { guardedProxy, type GuardedProxy } from './support/guarded-proxy.ts';
import { holdStep, playHeld, type Exported } from './support/held-job.ts';
import { assertGreen, useTheatre } from './support/theatre.ts';

const nothing = { HTTPS_PROXY: '', HTTP_PROXY: '', NODE_EXTRA_CA_CERTS: '' };
const password = 'p@ss:w/rd?1 100%sure a%41b';

interface Network {
  readonly title: string;
  readonly environment: (proxy: GuardedProxy) => Record<string, string>;
  readonly variables?: (proxy: GuardedProxy, caFile: string) => Record<string, VariableInput>;
  readonly isGuarded: boolean;
  /** What later steps see of the list of exceptions. */
  readonly exceptions: Exported;
}

const agentProxy = ({ url }: GuardedProxy): Record<string, VariableInput> => ({
  'agent.proxyurl': url,
  'agent.proxyusername': 'build user',
  'agent.proxypassword': { value: password, secret: true },
  'agent.proxybypasslist': JSON.stringify(['https://nobody\\.example/', '(']),
});

const table: readonly Network[] = [
  {
    title: "the agent's own proxy, password and authority",
    environment: () => nothing,
    variables: (proxy, caFile) => ({ ...agentProxy(proxy), 'agent.cainfo': caFile }),
    isGuarded: true,
    exceptions: { NO_PROXY: '127.0.0.1,localhost' },
  },
  {
    title: "the agent's own proxy, with user and password in its address",
    environment: () => ({ HTTPS_PROXY: '', HTTP_PROXY: '' }),
    variables: ({ url }) => ({
      'agent.proxyurl': url.replace('//', `//build%20user:${encodeURIComponent(password)}@`),
    }),
    isGuarded: true,
    exceptions: { NO_PROXY: '127.0.0.1,localhost' },
  },
  {
    title: 'a proxy of the environment without a scheme, with its password in the address',
    environment: ({ url }) => ({
      HTTPS_PROXY: url.replace('http://', `build%20user:${encodeURIComponent(password)}@`),
    }),
    isGuarded: true,
    exceptions: { NO_PROXY: '127.0.0.1,localhost' },
  },
  {
    title: 'a list of exceptions in each spelling',
    environment: () => ({ NO_PROXY: 'a.example', no_proxy: 'intranet.example, .corp.example' }),
    isGuarded: false,
    exceptions: {
      NO_PROXY: 'a.example,127.0.0.1,localhost',
      no_proxy: 'intranet.example,.corp.example,127.0.0.1,localhost',
    },
  },
  {
    title: 'a list of exceptions that has everything already',
    environment: () => ({ NO_PROXY: 'localhost,127.0.0.1' }),
    isGuarded: false,
    exceptions: { NO_PROXY: 'localhost,127.0.0.1' },
  },
];

describe('The network of an agent', function () {
  this.timeout(300_000);
  const theatre = useTheatre();
  let proxy: GuardedProxy;
  beforeEach(async () => {
    proxy = await guardedProxy(theatre.emulator.proxyUrl, 'build user', password);
  });
  afterEach(() => proxy.close());

  it('that lacks the password of its proxy is told so at once, and not tried without end', async () => {
    const { emulator } = theatre;
    const environment = { HTTPS_PROXY: proxy.url.replace('//', '//build%20user:another@') };
    const stage = new Stage(emulator, { environment });
    const connections = [emulator.addServiceConnection({ name: 'networked' })];
    const begun = performance.now();
    const pipeline =
      'steps:\n  - task: TokenRefresher@1\n    inputs: { azureSubscription: networked }\n';
    const { report, leaks } = await stage.play({ pipeline, connections });
    stage.close();
    assert.equal(report.result, 'Failed');
    assert.match(report.log, /the proxy of this agent .*HTTPS_PROXY\. \(PROXY_SIGN_IN_REFUSED\)/);
    assert.ok(performance.now() - begun < 20_000);
    assert.equal(proxy.refused, 1);
    assert.deepEqual(leaks, []);
  });

  it('that only the agent knows a proxy of is used by Azure CLI too, and later steps are told', async () => {
    const { emulator } = theatre;
    const folder = mkdtempSync(join(tmpdir(), 'az-behind-proxy-'));
    // It reaches Entra as any program does that knows a proxy by its variables alone.
    const az = `#!/bin/sh
curl --silent --show-error --output /dev/null --cacert '${emulator.caFile}' \\
  https://login.microsoftonline.com/common/discovery/instance?api-version=1.1 || exit 7
echo '[{"id": "${emulator.subscriptionId}", "isDefault": true}]'
`;
    writeFileSync(join(folder, 'az'), az, { mode: 0o700 });
    const path = [folder, dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter);
    const stage = new Stage(emulator, { environment: { ...nothing, PATH: path } });
    const connections = [emulator.addServiceConnection({ name: 'networked' })];
    const variables = { ...agentProxy(proxy), 'agent.cainfo': emulator.caFile };
    const pipeline =
      'steps:\n  - task: FederatedLogin@1\n    inputs: { azureSubscription: networked, tools: azureCli }\n';
    const play = await stage.play({ pipeline, connections, variables });
    stage.close();
    rmSync(folder, { recursive: true });
    assertGreen(play);
    assert.match(play.report.log, /the tools of later steps do not know it/);
    assert.equal(proxy.refused, 0);
  });

  for (const { title, environment, variables, isGuarded, exceptions } of table) {
    it(`is used as it is: ${title}`, async () => {
      const { emulator } = theatre;
      Object.assign(emulator.lifetimes, { idTokenSeconds: 5 });
      const stage = new Stage(emulator, { environment: environment(proxy) });
      const connections = [emulator.addServiceConnection({ name: 'networked' })];
      const given = variables?.(proxy, emulator.caFile);
      const options = { connections, ...(given === undefined ? {} : { variables: given }) };
      const steps = `
  - task: TokenRefresher@1
    inputs: { azureSubscription: networked, managedIdentity: true }
${holdStep('here')}`;
      const play = await playHeld(stage, { steps, ...options }, async (job) => {
        const exported = await job.heldAt('here');
        const seen = Object.entries(exported).filter(([name]) => /^no_proxy$/i.test(name));
        assert.deepEqual(Object.fromEntries(seen), exceptions);
        assert.equal((await ask(managedIdentityDoor(exported))).status, 200);
        job.letGo('here');
      });
      stage.close();
      assertGreen(play);
      assert.deepEqual([proxy.opened > 0, proxy.refused], [isGuarded, 0]);
      assert.ok(!play.report.log.includes(password));
    });
  }
});
