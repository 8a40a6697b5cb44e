import assert from 'node:assert/strict';
import { cloudNamed } from '../../../../src/service-connection/cloud.ts';
import { aServiceConnection, ids } from '../../../support/builders.ts';
import { environmentOf } from '../../../support/fake-tools.ts';
import {
  accounts,
  aListedSubscription,
  brokerVariables,
  directory,
  ownProfile,
  profile,
  signedIn,
  ToolStage,
} from '../../../support/tool-stage.ts';

/** As every az that this step runs has them. */
const certificatesChecked = {
  AZURE_CLI_DISABLE_CONNECTION_VERIFICATION: undefined,
  ADAL_PYTHON_SSL_NO_VERIFY: undefined,
};

describe('Signing Azure CLI in', () => {
  it('takes one process, as a service principal, in a profile of its own', async () => {
    const environment = {
      AZURE_CLOUD_NAME: 'other',
      AZURE_CLI_DISABLE_CONNECTION_VERIFICATION: '1',
    };
    const stage = new ToolStage({ programs: ['az'], environment });
    assert.deepEqual(await stage.signIn(), { AZURE_CONFIG_DIR: ownProfile });
    assert.match(
      stage.tools.lines.join('\n'),
      /^\/bin\/az login --service-principal [^\n]* --federated-token @\S+\/id-token [^\n]*$/,
    );
    const [run] = stage.tools.runs;
    assert.ok(run !== undefined);
    assert.deepEqual(environmentOf(run), {
      AZURE_CONFIG_DIR: ownProfile,
      AZURE_CLOUD_NAME: 'AzureCloud',
      ...certificatesChecked,
    });
    assert.ok(stage.files.directories.has(ownProfile));
    assert.match(stage.files.contents.get(`${ownProfile}/config`) ?? '', /name = AzureCloud/);
  });

  it('keeps the list as the sign-in wrote it, for when a task clears the profile', async () => {
    const stage: ToolStage = new ToolStage({
      programs: ['az'],
      reply: async () => {
        await stage.files.replace(`${ownProfile}/azureProfile.json`, 'the list');
        return signedIn;
      },
    });
    await stage.signIn();
    assert.equal(stage.files.contents.get(`${ownProfile}.json`), 'the list');
  });

  const byBroker = { programs: ['az'], azureCliSession: 'managedIdentity' } as const;

  it('takes one process, by the broker, where the author wants a managed identity', async () => {
    const stage = new ToolStage(byBroker);
    assert.deepEqual(await stage.signIn(), { AZURE_CONFIG_DIR: ownProfile });
    assert.match(stage.tools.lines.join('\n'), /^\/bin\/az login --identity [^\n]*$/);
    const [run] = stage.tools.runs;
    assert.ok(run !== undefined);
    assert.deepEqual(environmentOf(run), {
      AZURE_CONFIG_DIR: ownProfile,
      AZURE_CLOUD_NAME: 'AzureCloud',
      ...certificatesChecked,
      ...brokerVariables,
      MSI_ENDPOINT: brokerVariables.IDENTITY_ENDPOINT,
    });
  });

  for (const { version, exitCode, refused } of [
    { version: '2.76.0', exitCode: 0, refused: '2.76.0' },
    { version: '2.70.0', exitCode: 1, refused: '2.70.0' },
    { version: undefined, exitCode: 2, refused: 'an older one' },
  ]) {
    it(`refuses a managed identity with az ${version ?? 'of no known version'}, exit code ${exitCode}`, async () => {
      const stage: ToolStage = new ToolStage({
        ...byBroker,
        reply: async () => {
          const index = `{"version": "${version ?? ''}"}`;
          await stage.files.replace(`${ownProfile}/commandIndex.json`, index);
          return { ...signedIn, exitCode };
        },
      });
      await assert.rejects(stage.signIn(), {
        code: 'AZURE_CLI_FAILED',
        message: new RegExp(`2\\.77 or later; this agent has ${refused}`),
      });
    });
  }

  it('refuses a managed identity without the broker, before az starts', async () => {
    const stage = new ToolStage({ ...byBroker, byBroker: false });
    await assert.rejects(stage.signIn(), { code: 'INPUT_INVALID', message: /refresh is false/ });
    assert.deepEqual(stage.tools.runs, []);
  });

  it('uses the ID token where there is no broker', async () => {
    const stage = new ToolStage({ programs: ['az'], byBroker: false });
    assert.deepEqual(await stage.signIn(), { AZURE_CONFIG_DIR: ownProfile });
    assert.match(stage.tools.lines.join('\n'), /^\/bin\/az login --service-principal [^\n]*$/);
  });

  it('fails as az fails, without a second attempt', async () => {
    const stage = new ToolStage({ programs: ['az'], reply: () => ({ exitCode: 1 }) });
    await assert.rejects(stage.signIn(), { code: 'AZURE_CLI_FAILED' });
    assert.equal(stage.tools.runs.length, 1);
  });

  it('chooses the subscription where it is not the first', async () => {
    const list = accounts([ids.plan, true], [ids.subscription, false]);
    const stage = new ToolStage({ programs: ['az'], reply: () => list });
    await stage.signIn();
    assert.match(
      stage.tools.lines[1] ?? '',
      new RegExp(`account set --subscription ${ids.subscription}`),
    );
  });

  it('fails rather than leave another subscription as the default', async () => {
    const stage = new ToolStage({ programs: ['az'], reply: () => accounts([ids.plan, true]) });
    await assert.rejects(stage.signIn(), {
      code: 'AZURE_CLI_FAILED',
      message: /does not see subscription/,
    });
  });

  it('warns where az sees no subscription at all', async () => {
    const stage = new ToolStage({ programs: ['az'], reply: () => accounts([ids.tenant, true]) });
    await stage.signIn();
    assert.match(stage.agent.warned.join(), /to the tenant only/);
  });

  it('registers an Azure Stack once', async () => {
    const connection = aServiceConnection({ cloud: cloudNamed('AzureStack', 'name') });
    const stage = new ToolStage({ programs: ['az'], connection });
    await stage.signIn();
    assert.match(stage.tools.lines[0] ?? '', /cloud register --name AzureStack/);
    await stage.files.replace(
      `${directory}/azure-AzureStack/clouds.config`,
      '[AzureStack]\nprofile = x\n',
    );
    await stage.signIn();
    assert.match(stage.tools.lines.slice(2).join('\n'), /^\/bin\/az login [^\n]*$/);
  });

  it("begins warm with what az knows of itself, and the user's extensions", async () => {
    const stage = new ToolStage({ programs: ['az'] });
    stage.files.directories.add('/home/me/.azure');
    stage.files.directories.add('/home/me/.azure/cliextensions');
    await stage.files.replace('/home/me/.azure/commandIndex.json', 'index');
    await stage.files.replace('/home/me/.azure/msal_token_cache.json', 'not this');
    await stage.signIn();
    assert.equal(stage.files.contents.get(`${ownProfile}/commandIndex.json`), 'index');
    assert.equal(stage.files.contents.has(`${ownProfile}/msal_token_cache.json`), false);
    assert.match(
      stage.files.contents.get(`${ownProfile}/config`) ?? '',
      /dir = \/home\/me\/\.azure\/cliextensions/,
    );
  });

  it('does so on Windows too, where the home is not HOME, before the first az starts', async () => {
    const temp = 'C:\\build agent\\_work\\_temp\\workload-identity';
    const ours = `${temp}\\connection\\azure-AzureCloud`;
    const config = `${ours}\\config`;
    const own = 'C:\\Users\\me\\.azure';
    const stage: ToolStage = new ToolStage({
      programs: ['az'],
      environment: { HOME: '/c/other', USERPROFILE: 'C:\\Users\\me' },
      tokenFile: `${temp}\\connection\\id-token`,
      reply: () => {
        assert.match(stage.files.contents.get(config) ?? '', /\nencrypt_token_cache = no\n/);
        return signedIn;
      },
    });
    stage.files.directories.add(own).add(`${own}\\cliextensions`);
    await stage.files.replace(`${own}\\versionCheck.json`, 'versions');
    assert.equal((await stage.signIn())['AZURE_CONFIG_DIR'], ours);
    assert.equal(stage.files.contents.get(`${ours}\\versionCheck.json`), 'versions');
    assert.ok(stage.files.contents.get(config)?.includes(`dir = ${own}\\cliextensions\n`));
    assert.equal(stage.tools.runs.length, 1);
  });

  it('leaves the settings of an earlier step alone', async () => {
    const stage = new ToolStage({ programs: ['az'] });
    stage.files.directories.add(ownProfile);
    await stage.files.replace(`${ownProfile}/config`, 'as the job wants it');
    await stage.signIn();
    assert.equal(stage.files.contents.get(`${ownProfile}/config`), 'as the job wants it');
  });
});

describe('Writing the session of Azure CLI', () => {
  const known = { programs: ['az'], azureCliVersion: '2.91.0' } as const;
  const listIn = (stage: ToolStage): string =>
    stage.files.contents.get(`${profile}/azureProfile.json`) ?? '';

  it('takes no process', async () => {
    const stage = new ToolStage(known);
    assert.deepEqual(await stage.signIn(), { AZURE_CONFIG_DIR: profile });
    assert.deepEqual(stage.tools.runs, []);
    assert.match(listIn(stage), new RegExp(`"name":"${ids.client}","type":"servicePrincipal"`));
    const entries = stage.files.contents.get(`${profile}/service_principal_entries.json`) ?? '';
    assert.match(entries, /"client_assertion": "the-id-token"/);
    assert.match(stage.files.contents.get(`${profile}/config`) ?? '', /name = AzureCloud/);
    assert.match(stage.agent.debugged.join(), /Azure CLI 2\.91\.0 was written without starting it/);
  });

  it('takes the wanted subscription for the default, also where it is not the first', async () => {
    const subscriptions = [aListedSubscription({ id: ids.plan }), aListedSubscription()];
    const stage = new ToolStage({ ...known, subscriptions });
    await stage.signIn();
    assert.match(
      listIn(stage),
      new RegExp(`"id":"${ids.subscription}"[^{]*\\{[^}]*\\},"isDefault":true`),
    );
    assert.equal(listIn(stage).split('"isDefault":true').length, 2);
  });

  it('warns where the identity sees no subscription at all', async () => {
    const stage = new ToolStage({ ...known, subscriptions: [] });
    await stage.signIn();
    assert.match(stage.agent.warned.join(), /to the tenant only/);
    assert.match(listIn(stage), /tenant level account/);
  });

  it('says so where a file of it cannot be written', async () => {
    const stage = new ToolStage(known);
    stage.files.unwritable.add(`${profile}.json`);
    await assert.rejects(stage.signIn(), {
      code: 'AZURE_CLI_FAILED',
      message: /The session of Azure CLI could not be written .*ENOSPC/,
    });
  });

  it('asks the broker where the author wants a managed identity', async () => {
    const stage = new ToolStage({ ...known, azureCliSession: 'managedIdentity' });
    assert.deepEqual(await stage.signIn(), { AZURE_CONFIG_DIR: profile });
    assert.deepEqual(stage.tools.runs, []);
    assert.match(listIn(stage), new RegExp(`MSIClient-${ids.client}`));
    assert.equal(stage.files.contents.has(`${profile}/service_principal_entries.json`), false);
  });

  it('refuses a managed identity with an older az, which it does not start', async () => {
    const azureCliVersion = '2.76.0';
    const stage = new ToolStage({ ...known, azureCliVersion, azureCliSession: 'managedIdentity' });
    await assert.rejects(stage.signIn(), {
      code: 'AZURE_CLI_FAILED',
      message: /2\.77 or later; this agent has 2\.76\.0/,
    });
    assert.deepEqual(stage.tools.runs, []);
  });

  it('is left to az, once, where the version was never compared; the debug log says why', async () => {
    const stage = new ToolStage({ ...known, azureCliVersion: '2.98.0' });
    await stage.signIn();
    assert.equal(stage.tools.runs.length, 1);
    assert.match(stage.agent.debugged.join(), /by az login: version 2\.98\.0 was never compared/);
  });

  it('is left to az where the version cannot be read; the debug log says why', async () => {
    const stage = new ToolStage({ programs: ['az'] });
    await stage.signIn();
    assert.match(
      stage.agent.debugged.join(),
      /by az login: the program on the PATH is of no known/,
    );
  });
});
