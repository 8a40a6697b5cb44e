import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { useStandIns } from './support/stand-ins.ts';
import { assertClean, linesOf } from './support/theatre.ts';

/** Looks whether az is signed in, and then does what the job is to end by. */
const look = (end: string): string => `
  - bash: |
      echo "config: $(ls -m "$AZURE_CONFIG_DIR")"
      az group list > az.log && touch "$AGENT_WORKFOLDER/looked" && ${end}
    displayName: look
`;

describe('The profile of Azure CLI', function () {
  this.timeout(300_000);
  const theatre = useStandIns(['az']);

  for (const [ends, end, result] of [
    ['succeeds', 'true', 'Succeeded'],
    ['fails', 'exit 3', 'Failed'],
    ['is cancelled', 'exec sleep 60', 'Canceled'],
  ] as const) {
    it(`is there for later steps, and gone when the job ${ends}`, async () => {
      const { emulator, stage } = theatre;
      const connection = emulator.addServiceConnection({ name: 'shop' });
      const play = await stage.play({
        pipeline: `
steps:
  - task: FederatedLogin@1
    inputs: { azureSubscription: shop, tools: azureCli }
${look(end)}`,
        connections: [connection],
        meanwhile: async (run) => {
          if (result !== 'Canceled') return;
          while (!existsSync(join(run.workFolder, 'looked'))) await pause(100);
          run.cancel();
        },
      });
      assert.equal(play.report.result, result, play.report.log);
      assert.match(linesOf(play.report, 'look').join('\n'), /^config: .*config/m);
      assertClean(play);
    });
  }

  it('stays signed in past the end of its ID token, and so does that of another task', async () => {
    const { emulator, stage } = theatre;
    const connection = emulator.addServiceConnection({ name: 'shop' });
    emulator.lifetimes.idTokenSeconds = 15;
    const play = await stage.play({
      pipeline: `
steps:
  - task: FederatedLogin@1
    inputs: { azureSubscription: shop, tools: azureCli }
  - bash: |
      set -e
      own="$AZURE_CONFIG_DIR"
      export AZURE_CONFIG_DIR="$AGENT_TEMPDIRECTORY/.azclitask-a1B2c3"
      mkdir "$AZURE_CONFIG_DIR"
      az login --service-principal --username "$AZURE_CLIENT_ID" --tenant "$AZURE_TENANT_ID" --federated-token "@$AZURE_FEDERATED_TOKEN_FILE" > az.log
      sleep 25
      az group list
      AZURE_CONFIG_DIR="$own" az group list
      rm -r "$AZURE_CONFIG_DIR"
    displayName: another task
`,
      connections: [connection],
    });
    assert.equal(play.report.result, 'Succeeded', play.report.log);
    assert.match(play.report.log, /kept 2 sign-ins of Azure CLI or kubelogin fresh/);
    assertClean(play);
  });

  it('is put back when a task clears it, and the log says so', async () => {
    const { emulator, stage } = theatre;
    const connection = emulator.addServiceConnection({ name: 'shop' });
    const play = await stage.play({
      pipeline: `
steps:
  - task: FederatedLogin@1
    inputs: { azureSubscription: shop, tools: azureCli }
  - bash: |
      sleep 9
      printf '\\xEF\\xBB\\xBF{"subscriptions": []}' > "$AZURE_CONFIG_DIR/azureProfile.json"
      rm "$AZURE_CONFIG_DIR/service_principal_entries.json"
      sleep 4
    displayName: a task that clears the profile
  - bash: grep -q servicePrincipal "$AZURE_CONFIG_DIR/azureProfile.json" && az group list
    displayName: a script
`,
      connections: [connection],
    });
    assert.equal(play.report.result, 'Succeeded', play.report.log);
    assert.match(
      play.report.log,
      /put the session of Azure CLI back once, after a task had cleared it/,
    );
    assertClean(play);
  });
});
