import assert from 'node:assert/strict';
import { canTranslatePaths } from '../harness/agent/container.ts';
import { assertClean, assertGreen, linesOf, useTheatre } from './support/theatre.ts';

const steps = (name: string): string => `
steps:
  - task: FederatedLogin@1
    inputs: { azureSubscription: ${name}, tools: none }
  - task: TerraformOidcEnv@1
    inputs: { azureSubscription: ${name} }
  - task: TokenRefresher@1
    inputs: { azureSubscription: ${name}, managedIdentity: true }
  - bash: |
      set -euo pipefail
      curl --silent --fail --noproxy '*' --header "Authorization: Bearer $ARM_OIDC_REQUEST_TOKEN" "$ARM_OIDC_REQUEST_URL" | grep -c oidcToken
      curl --silent --fail --noproxy '*' --header "X-IDENTITY-HEADER: $IDENTITY_HEADER" "$IDENTITY_ENDPOINT?api-version=2019-08-01&resource=https://management.azure.com" | grep -c expires_on
      test -s "$AZURE_FEDERATED_TOKEN_FILE"
    displayName: use
`;

/** The agent's helper inside the container is the parent there, and knows what the task knows. */
const helperInside = { where: 'environment' as const, place: /^(ENDPOINT_AUTH_|SECRET_)/ };

describe('A job of the kind', function () {
  this.timeout(300_000);
  const theatre = useTheatre();

  for (const profile of ['build', 'deployment', 'release', 'deployment-group'] as const) {
    it(`"${profile}" is signed in, and leaves nothing`, async () => {
      const { emulator, stage } = theatre;
      const connection = emulator.addServiceConnection({ name: profile, issuer: 'entra' });
      const play = await stage.play({
        pipeline: steps(profile),
        connections: [connection],
        profile,
      });
      assertGreen(play);
      assert.deepEqual(
        linesOf(play.report, 'use').filter((line) => /^\d+$/.test(line)),
        ['1', '1'],
      );
    });
  }

  it('"container" is signed in inside the container, and leaves nothing', async () => {
    const { emulator, stage } = theatre;
    const connection = emulator.addServiceConnection({ name: 'container' });
    const play = await stage.play({
      pipeline: steps('container'),
      connections: [connection],
      profile: 'container',
      allow: [helperInside],
    });
    assert.equal(play.report.result, 'Succeeded', play.report.log);
    assertClean(play);
  });

  if (canTranslatePaths()) {
    it('"container" has the token file for steps outside of the container too, by the path that it has there', async () => {
      const { emulator, stage } = theatre;
      const connection = emulator.addServiceConnection({ name: 'outside' });
      const play = await stage.play({
        pipeline: `
steps:
  - task: TokenRefresher@1
    inputs: { azureSubscription: outside }
  - bash: |
      test ! -e "$AZURE_FEDERATED_TOKEN_FILE"
      test -s "$AGENT_TEMPDIRECTORY\${AZURE_FEDERATED_TOKEN_FILE#/__w/_temp}" && echo "it is there"
    target: host
    displayName: outside
`,
        connections: [connection],
        profile: 'container',
        allow: [helperInside],
      });
      assert.equal(play.report.result, 'Succeeded', play.report.log);
      assertClean(play);
      assert.ok(linesOf(play.report, 'outside').includes('it is there'));
    });
  }

  it('without System.OidcRequestUri finds the address by itself', async () => {
    const { emulator, stage } = theatre;
    const connection = emulator.addServiceConnection({ name: 'older' });
    const play = await stage.play({
      pipeline: steps('older'),
      connections: [connection],
      variables: { 'System.OidcRequestUri': '' },
    });
    assertGreen(play);
  });

  it('that fails, and one that is repeated, leave nothing either', async () => {
    const { emulator, stage } = theatre;
    const connection = emulator.addServiceConnection({ name: 'failing' });
    const play = await stage.play({
      pipeline: `${steps('failing')}
  - bash: exit 3
    retryCountOnTaskFailure: 1
`,
      connections: [connection],
    });
    assert.equal(play.report.result, 'Failed');
    assertClean(play);
  });

  it('that runs into its time limit leaves nothing', async () => {
    const { emulator, stage } = theatre;
    const connection = emulator.addServiceConnection({ name: 'slow' });
    const play = await stage.play({
      pipeline: `${steps('slow')}
  - bash: exec sleep 60
    timeoutInMinutes: 0.03
`,
      connections: [connection],
    });
    assert.equal(play.report.result, 'Failed');
    assertClean(play);
  });
});
