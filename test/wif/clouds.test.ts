import assert from 'node:assert/strict';
import { useDesk } from './support/desk.ts';

interface Connected {
  readonly failure: { readonly code: string; readonly message: string } | null;
}

interface Diagnosed {
  readonly findings: readonly {
    readonly check: string;
    readonly state: string;
    readonly text: string;
  }[];
}

describe('wif, which works in the public cloud', function () {
  this.timeout(30_000);
  const desk = useDesk();
  const wish = (): readonly string[] => {
    const { office, subscriptionId } = desk().emulator;
    const { resourceId } = office.addManagedIdentity('shop', 'identities');
    const words = ['connect', '-p', 'shop', '--name', 'production', '--identity', resourceId];
    return [...words, '--subscription', subscriptionId];
  };
  const signInAt = (host: string): void => {
    desk().environment = { ...desk().environment, AZURE_AUTHORITY_HOST: host };
  };
  const routes = (): readonly string[] => [
    ...new Set(desk().emulator.journal.entries.map(({ route }) => route)),
  ];

  it('connects nothing under the name that a connection of another cloud has', async () => {
    desk().emulator.office.addConnection({ name: 'production', cloud: 'AzureUSGovernment' });
    const { failure } = await desk().json<Connected>(1, ...wish());
    assert.equal(failure?.code, 'CONNECTION_NAME_TAKEN');
    assert.match(failure.message, /its cloud is AzureUSGovernment/);
  });

  it('refuses a sign-in of another cloud, and asks nobody anything', async () => {
    signInAt('https://login.microsoftonline.us/');
    const { code, err } = await desk().run(...wish());
    assert.equal(code, 2);
    assert.match(err, /^wif: USAGE_INVALID: AZURE_AUTHORITY_HOST is login\.microsoftonline\.us/);
    assert.deepEqual(routes(), []);
  });

  it('refuses it to connect with a personal access token too, before it makes anything', async () => {
    const token = desk().emulator.office.issuePersonalAccessToken();
    desk().environment = { AZURE_DEVOPS_EXT_PAT: token };
    signInAt('https://login.partner.microsoftonline.cn');
    assert.equal((await desk().run(...wish())).code, 2);
    assert.deepEqual(routes(), []);
  });

  it('lists with a personal access token whatever the sign-in that it does not use', async () => {
    const token = desk().emulator.office.issuePersonalAccessToken();
    desk().environment = { AZURE_DEVOPS_EXT_PAT: token };
    signInAt('https://login.microsoftonline.us');
    assert.equal((await desk().run('list')).code, 0);
  });

  it('takes Entra of the public cloud where it is named', async () => {
    signInAt('https://login.microsoftonline.com');
    assert.equal((await desk().run(...wish(), '--dry-run')).code, 0);
  });

  it('says of a connection for another cloud that it cannot look, not that all is missing', async () => {
    desk().emulator.office.addConnection({ name: 'gov', cloud: 'AzureUSGovernment' });
    const { findings } = await desk().json<Diagnosed>(1, 'doctor', 'gov', '--fix');
    const [finding] = findings.filter(({ state }) => state !== 'ok');
    assert.deepEqual([finding?.check, finding?.state], ['cloud', 'unknown']);
    assert.match(finding?.text ?? '', /public cloud only.*AzureUSGovernment/);
    assert.deepEqual([...routes()].sort(), ['entra-token', 'service-endpoints']);
  });

  for (const command of ['doctor', 'connect']) {
    it(`says so in the help of ${command}`, async () => {
      assert.match((await desk().run(command, '--help')).out, /public cloud only/);
    });
  }
});
