import assert from 'node:assert/strict';
import { assertGreen, linesOf, useTheatre } from './support/theatre.ts';

/** Prints the subject of the ID token that a request URL gives. */
const subjectFrom = (url: string, token: string): string =>
  `curl --silent --fail --noproxy '*' --header "Authorization: Bearer ${token}" "${url}" | node -e 'const t=JSON.parse(require("fs").readFileSync(0)).value;console.log("subject "+JSON.parse(Buffer.from(t.split(".")[1],"base64url")).sub)'`;

describe('Several identities in one job', function () {
  this.timeout(300_000);
  const theatre = useTheatre();

  it('stay apart: the backend has one, a provider alias another, by its prefix', async () => {
    const { emulator, stage } = theatre;
    const backend = emulator.addServiceConnection({ name: 'backend', issuer: 'entra' });
    const hub = emulator.addServiceConnection({ name: 'hub', issuer: 'entra' });
    const play = await stage.play({
      pipeline: `
steps:
  - task: TerraformOidcEnv@1
    inputs: { azureSubscription: backend }
  - task: TerraformOidcEnv@1
    inputs: { azureSubscription: hub, tfVarPrefix: Hub }
  - bash: |
      ${subjectFrom('$ARM_OIDC_REQUEST_URL', '$ARM_OIDC_REQUEST_TOKEN')}
      ${subjectFrom('$TF_VAR_Hub_oidc_request_url', '$TF_VAR_Hub_oidc_request_token')}
      curl --silent --output /dev/null --write-out 'crossed %{http_code}\\n' --noproxy '*' --header "Authorization: Bearer $ARM_OIDC_REQUEST_TOKEN" "$TF_VAR_Hub_oidc_request_url"
    displayName: ask
`,
      connections: [backend, hub],
    });
    assertGreen(play);
    const { variables } = play.report;
    assert.equal(variables['ARM_CLIENT_ID']?.value, backend.clientId);
    assert.equal(variables['TF_VAR_Hub_client_id']?.value, hub.clientId);
    assert.equal(variables['AZURE_CLIENT_ID']?.value, backend.clientId);
    const asked = play.journal.filter(({ route }) => route === 'oidctoken');
    assert.deepEqual(
      new Set(asked.map(({ connectionId }) => connectionId)),
      new Set([backend.id, hub.id]),
    );
    const said = linesOf(play.report, 'ask').join('\n');
    assert.equal(said.match(/^subject /gm)?.length, 2);
    assert.match(said, /crossed 401/);
    assert.doesNotMatch(play.report.log, /nobody asked/);
  });

  it('have output variables of their own, while the plain ones follow the task that ran last', async () => {
    const { emulator, stage } = theatre;
    // The second one has a name that begins nothing in a log, though it looks like it.
    const connections = ['one', 'C## apps', 'three'].map((name) =>
      emulator.addServiceConnection({ name }),
    );
    const stepOf = (index: number): string => `step${index}`;
    const play = await stage.play({
      pipeline: `
steps:
${connections
  .map(
    ({ name }, index) => `
  - task: FederatedLogin@1
    name: ${stepOf(index)}
    inputs: { azureSubscription: '${name}', tools: none }`,
  )
  .join('\n')}
`,
      connections,
    });
    assertGreen(play);
    for (const [index, { clientId, subject, tenantId }] of connections.entries()) {
      const output = (what: string): string | undefined =>
        play.report.outputs[`${stepOf(index)}.${what}`]?.value;
      assert.equal(output('clientId'), clientId);
      assert.equal(output('tenantId'), tenantId);
      assert.equal(output('subject'), subject);
      assert.ok(Date.parse(output('idTokenExpiresOn') ?? '') > Date.now() - 120_000);
      assert.equal(play.report.outputs[`${stepOf(index)}.oidcRequestToken`]?.secret, true);
    }
    assert.equal(play.report.variables['AZURE_CLIENT_ID']?.value, connections[2]?.clientId);
  });
});
