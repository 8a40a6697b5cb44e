import assert from 'node:assert/strict';
import { assertGreen, linesOf, useTheatre } from './support/theatre.ts';

/** Whose access token a tool gets that asks the managed-identity endpoint without a client ID. */
const whoAnswers = `
  - bash: |
      curl --silent --fail --noproxy '*' --header "X-IDENTITY-HEADER: $IDENTITY_HEADER" "$IDENTITY_ENDPOINT?api-version=2019-08-01&resource=https://management.azure.com" | node -e 'console.log("same " + (JSON.parse(require("fs").readFileSync(0)).client_id === process.env.AZURE_CLIENT_ID))'
      curl --silent --fail --noproxy '*' --header "Authorization: Bearer $AZURE_OIDC_REQUEST_TOKEN" "$AZURE_OIDC_REQUEST_URL" | node -e 'const t=JSON.parse(require("fs").readFileSync(0)).value;console.log("file " + (JSON.parse(Buffer.from(t.split(".")[1],"base64url")).sub === JSON.parse(Buffer.from(require("fs").readFileSync(process.env.AZURE_FEDERATED_TOKEN_FILE,"utf8").split(".")[1],"base64url")).sub))'
    displayName: ask
`;

describe('A second identity in a job', function () {
  this.timeout(300_000);
  const theatre = useTheatre();

  for (const second of ['TokenRefresher', 'TerraformOidcEnv', 'FederatedLogin'] as const) {
    it(`leaves nothing of the first in any variable, when ${second} brings it`, async () => {
      const { emulator, stage } = theatre;
      const first = emulator.addServiceConnection({ name: 'first', issuer: 'entra' });
      const other = emulator.addServiceConnection({ name: 'second', issuer: 'entra' });
      const tools = second === 'FederatedLogin' ? ', tools: none' : '';
      const play = await stage.play({
        pipeline: `
steps:
  - task: TokenRefresher@1
    inputs: { azureSubscription: first, managedIdentity: true }
  - task: ${second}@1
    inputs: { azureSubscription: second${tools} }
${whoAnswers}`,
        connections: [first, other],
      });
      assertGreen(play);
      const { variables } = play.report;
      assert.equal(variables['AZURE_CLIENT_ID']?.value, other.clientId);
      assert.equal(variables['AZURE_SUBSCRIPTION_ID']?.value, other.subscriptionId);
      const left = Object.entries(variables).filter(([name, { value }]) =>
        /^(AZURE|IDENTITY|ARM)_/.test(name) ? value.includes(first.id) : false,
      );
      assert.deepEqual(left, []);
      const said = linesOf(play.report, 'ask');
      assert.ok(said.includes('same true'), said.join('\n'));
      assert.ok(said.includes('file true'), said.join('\n'));
    });
  }

  it('that a task with kubelogin left behind is replaced, and told of', async () => {
    const { emulator, stage } = theatre;
    const connection = emulator.addServiceConnection({ name: 'ours', issuer: 'entra' });
    const play = await stage.play({
      pipeline: `
steps:
  - bash: |
      echo "##vso[task.setvariable variable=AZURE_CLIENT_ID]00000000-0000-0000-0000-000000000009"
      echo "##vso[task.setvariable variable=AZURE_FEDERATED_TOKEN_FILE]/gone/token"
  - task: TokenRefresher@1
    displayName: ours
    inputs: { azureSubscription: ours }
`,
      connections: [connection],
    });
    assertGreen(play);
    assert.equal(play.report.variables['AZURE_CLIENT_ID']?.value, connection.clientId);
    assert.match(
      linesOf(play.report, 'ours').join('\n'),
      /another identity in AZURE_CLIENT_ID, AZURE_FEDERATED_TOKEN_FILE;/,
    );
  });
});
