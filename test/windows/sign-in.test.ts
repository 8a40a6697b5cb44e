import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ask, assertKeptApart, idTokenDoor, managedIdentityDoor } from '../e2e/support/clients.ts';
import { assertFailsWell } from '../e2e/support/failing.ts';
import { playHeld } from '../e2e/support/held-job.ts';
import { assertGreen, linesOf, useTheatre } from '../e2e/support/theatre.ts';
import { Stage } from '../harness/stage.ts';
import { given, isTask, platforms } from './support/platforms.ts';
import { brokersOn, runningOn } from './support/running.ts';
import { holdStep, login, program, refresher, terraform, toolsOnPath } from './support/steps.ts';
import { layOutTools, toolRuns } from './support/tools.ts';

/*
 * The same flows on each system, by the packaged tasks and the local agent in that system's way.
 * The table in docs/CONFORMANCE.md has a row for each title, and a column for each system.
 */

for (const platform of platforms()) {
  describe(`On ${platform.name}`, function () {
    this.timeout(600_000);
    this.slow(20_000);
    const theatre = useTheatre(platform.stage);
    after(() => platform.close());

    it('the three tasks of a job share one broker, and export what they promise', async () => {
      const { emulator, stage } = theatre;
      const connections = [emulator.addServiceConnection({ name: 'one' })];
      const steps = refresher('one') + terraform('one') + login('one') + holdStep('here', platform);
      const play = await playHeld(stage, { steps, connections }, async (job) => {
        const exported = await job.heldAt('here');
        assert.equal(brokersOn(stage, platform).length, 1);
        for (const name of [
          'AZURE_CLIENT_ID',
          'AZURE_TENANT_ID',
          'AZURE_AUTHORITY_HOST',
          'ARM_CLIENT_ID',
          'ARM_OIDC_REQUEST_TOKEN',
          'IDENTITY_ENDPOINT',
        ]) {
          assert.ok(exported[name], name);
        }
        const file = exported['AZURE_FEDERATED_TOKEN_FILE'] ?? '';
        assert.equal(existsSync(platform.pathOutside(file)), true, file);
        assert.equal((await ask(idTokenDoor(exported))).status, 200);
        assert.equal((await ask(managedIdentityDoor(exported))).status, 200);
        assert.equal(exported['SYSTEM_ACCESSTOKEN'], undefined);
        job.letGo('here');
      });
      assertGreen(play);
      assert.deepEqual(runningOn(stage, platform), []);
    });

    for (const way of ['token-file', 'managed-identity'] as const) {
      it(`an Azure SDK program outlives its tokens, by its ${way.replace('-', ' ')}`, async () => {
        const { emulator, stage } = theatre;
        Object.assign(emulator.lifetimes, { idTokenSeconds: 10, accessTokenSeconds: 12 });
        const play = await stage.play({
          pipeline: `steps:\n${refresher('sdk')}${program(`node ${way}.mjs`, 'program', platform, "POLL_SECONDS: '32'")}`,
          connections: [emulator.addServiceConnection({ name: 'sdk', issuer: 'entra' })],
          sources: 'test/e2e/programs',
        });
        assertGreen(play);
        const said = /requests (\d+), access tokens (\d+)/.exec(
          linesOf(play.report, 'program').join('\n'),
        );
        assert.ok(Number(said?.[1]) > 10, said?.[0]);
        assert.ok(Number(said?.[2]) >= 3, said?.[0]);
        assert.deepEqual(
          play.journal.filter(({ error }) => error !== undefined),
          [],
        );
        assert.deepEqual(runningOn(stage, platform), []);
      });
    }

    it('Azure CLI, PowerShell and git are found and started without a shell, and get no secret', async () => {
      const { emulator, stage } = theatre;
      const connection = emulator.addServiceConnection({ name: 'tools' });
      emulator.repositories.admit('contoso', connection);
      const tools = join(stage.folder, 'my tools (ö) & more');
      layOutTools(tools, platform, connection);
      const play = await stage.play({
        pipeline: `steps:
${toolsOnPath(platform.pathInside(tools))}
${login('tools', '')}
${login('tools', ', tools: git')}
${program('node git-entries.mjs', 'entries', platform)}`,
        sources: 'test/windows/programs',
        connections: [connection],
      });
      assertGreen(play);
      const runs = toolRuns(tools);
      assert.deepEqual(
        runs.map(({ name, arguments: [first] }) => `${name} ${first ?? ''}`),
        ['az login', 'git --version', 'pwsh -NoLogo', 'pwsh -NoLogo'],
      );
      const [azureCli, , signIn, forget] = runs;
      assert.deepEqual(azureCli?.arguments.slice(0, 4), [
        'login',
        '--service-principal',
        '--username',
        connection.clientId,
      ]);
      const { AZURE_CONFIG_DIR: profile = '', AGENT_TEMPDIRECTORY: temp } = azureCli.environment;
      assert.ok(temp !== undefined && profile.startsWith(temp), profile);
      assert.match(signIn?.input ?? '', /Connect-AzAccount -Identity/);
      assert.match(forget?.input ?? '', /Disconnect-AzAccount/);
      const entries = linesOf(play.report, 'entries').filter((line) =>
        /^(credential|token)/.test(line),
      );
      assert.deepEqual(entries, [
        ...['dev.azure.com', '*.visualstudio.com'].flatMap((host) =>
          ['""', '"!f()"'].map((value) => `credential.https://${host}.helper = ${value}`),
        ),
        'token of 3 parts',
      ]);
      for (const { environment } of runs) {
        const ofTheStep = /^(INPUT|SECRET|ENDPOINT_AUTH|VSTS_TASKVARIABLE)_|^SYSTEM_ACCESSTOKEN$/i;
        assert.deepEqual(
          Object.keys(environment).filter((name) => ofTheStep.test(name)),
          [],
        );
      }
      assert.deepEqual(runningOn(stage, platform), []);
    });

    it('two jobs at once have a broker each, which serves its own job only', async () => {
      const { emulator, stage } = theatre;
      const other = new Stage(emulator, platform.stage);
      const connections = [emulator.addServiceConnection({ name: 'shared' })];
      const steps = refresher('shared') + holdStep('here', platform);
      // What an agent gives to its tasks looks like a leak to the detector of another.
      const allow = [{ where: 'environment' as const, place: given, process: isTask }];
      try {
        const first = await playHeld(stage, { steps, connections, allow }, async (one) => {
          const mine = await one.heldAt('here');
          const second = await playHeld(other, { steps, connections }, async (two) => {
            const yours = await two.heldAt('here');
            assert.notEqual(one.broker.pid, two.broker.pid);
            assert.notEqual(one.broker.port, two.broker.port);
            await assertKeptApart(mine, yours);
            two.letGo('here');
          });
          assertGreen(second);
          assert.equal((await ask(idTokenDoor(mine))).status, 200);
          one.letGo('here');
        });
        assertGreen(first);
        assert.deepEqual(runningOn(stage, platform), []);
        assert.deepEqual(runningOn(other, platform), []);
      } finally {
        other.close();
      }
    });

    for (const { title, connection, steps, code, remedy } of [
      {
        title: 'a connection with a secret',
        connection: { scheme: 'ServicePrincipal' as const },
        steps: login('bad'),
        code: 'CONNECTION_NOT_FEDERATED',
        remedy: /Convert it/,
      },
      {
        title: 'a word that is no mode of Terraform',
        connection: {},
        steps: terraform('bad', ', mode: magic'),
        code: 'INPUT_INVALID',
        remedy: /broker, native, static/,
      },
      {
        title: 'a missing federated credential',
        connection: { federatedCredential: { subject: 'sc://contoso/shop/another' } },
        steps: login('bad', ', tools: none, propagationTimeout: 0'),
        code: 'AADSTS700213',
        remedy: /federated credential/,
      },
    ]) {
      it(`bad input fails with one sentence: ${title}`, async () => {
        const { emulator, stage } = theatre;
        const connections = [emulator.addServiceConnection({ name: 'bad', ...connection })];
        const play = await stage.play({ pipeline: `steps:\n${steps}`, connections });
        assertFailsWell(play, { code, remedy });
        assert.deepEqual(runningOn(stage, platform), []);
      });
    }
  });
}
