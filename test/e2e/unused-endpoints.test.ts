import assert from 'node:assert/strict';
import { assertGreen, useTheatre } from './support/theatre.ts';

const notAsked = 'TerraformOidcEnv set Terraform up, but nobody asked the broker';

describe('What a job set up and never used', function () {
  this.timeout(300_000);
  const theatre = useTheatre();

  it('is told at its end, in the log and in the summary, with the likely reason', async () => {
    const { emulator, stage } = theatre;
    const connection = emulator.addServiceConnection({ name: 'production', issuer: 'entra' });
    const play = await stage.play({
      pipeline: `
steps:
  - task: TerraformOidcEnv@1
    inputs: { azureSubscription: production }
  - task: TokenRefresher@1
    inputs: { azureSubscription: production, managedIdentity: true }
  - bash: |
      export ARM_OIDC_TOKEN=of-this-script-alone
      terraform version || true
`,
      connections: [connection],
    });
    assertGreen(play);
    for (const text of [play.report.log, play.report.summaries.join('\n').replaceAll('\\', '')]) {
      assert.ok(text.includes(notAsked), text);
      assert.ok(text.includes('a line such as export ARM_OIDC_TOKEN=$idToken wins'), text);
      assert.ok(
        text.includes('TokenRefresher exported a managed identity endpoint, but nobody asked it.'),
        text,
      );
    }
  });

  it('is put down to a variable that a later step has set, also as a secret', async () => {
    const { emulator, stage } = theatre;
    const connection = emulator.addServiceConnection({ name: 'production', issuer: 'entra' });
    const other = emulator.addServiceConnection({ name: 'hub', issuer: 'entra' });
    const play = await stage.play({
      pipeline: `
steps:
  - task: TerraformOidcEnv@1
    inputs: { azureSubscription: production }
  - task: TerraformOidcEnv@1
    inputs: { azureSubscription: hub, tfVarPrefix: hub }
  - bash: |
      echo "##vso[task.setvariable variable=ARM_OIDC_TOKEN;issecret=true]of-a-later-step"
      echo "##vso[task.setvariable variable=ARM_USE_MSI]true"
`,
      connections: [connection, other],
    });
    assertGreen(play);
    assert.match(
      play.report.log,
      /A later step set ARM_OIDC_TOKEN, ARM_USE_MSI, and Terraform then/,
    );
    assert.match(
      play.report.log,
      /nobody asked the broker for its ID token. Either no Terraform ran/,
    );
  });
});
