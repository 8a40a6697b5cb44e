import assert from 'node:assert/strict';
import type { ServiceConnection } from '../harness/emulator/service-connections.ts';
import type { Play } from '../harness/stage.ts';
import { assertFailsWell } from './support/failing.ts';
import { useStandIns } from './support/stand-ins.ts';
import { assertGreen, linesOf, shortLives } from './support/theatre.ts';

const devOpsResource = '499b84ac-1321-427f-aa17-267ca6975798';
/** What an editor keeps in the hidden input is here too: it must not matter. */
const devOps =
  'connectionType: azureDevOps, azureDevOpsServiceConnection: organization, azureSubscription: shop, subscriptionId: production';
const devOpsTokens = `accessTokens: DEVOPS_TOKEN = ${devOpsResource}/.default`;

/**
 * Prints who is who: by the token file of a step, by the managed identity, by az, by Azure DevOps. The
 * agent masks client IDs and whole subjects.
 */
const look = `
      set -euo pipefail
      subject() { node -p 'JSON.parse(Buffer.from(require("fs").readFileSync(process.argv[1],"utf8").split(".")[1],"base64url")).sub.split("/").at(-1)' "$1"; }
      identity() { curl --silent --fail --noproxy '*' --header "X-IDENTITY-HEADER: $IDENTITY_HEADER" "$IDENTITY_ENDPOINT?api-version=2019-08-01&resource=${devOpsResource}&client_id=$1" | node -p 'JSON.parse(require("fs").readFileSync(0)).client_id'; }
      who() { case "$1" in "$(azure.clientId)") echo azure;; "$(devops.clientId)") echo devops;; *) echo nobody;; esac; }
      echo "file of azure: $(subject "$(azure.tokenFile)")"
      echo "file of devops: $(subject "$(devops.tokenFile)")"
      echo "sdk: $(who "$AZURE_CLIENT_ID") \${AZURE_SUBSCRIPTION_ID:-none} $(subject "$AZURE_FEDERATED_TOKEN_FILE")"
      echo "identity: $(who "$(identity "$(azure.clientId)")") $(who "$(identity "$(devops.clientId)")")"
      az group list > az.log
      echo "az: $(who "$(node -p 'JSON.parse(require("fs").readFileSync(process.env.AZURE_CONFIG_DIR + "/azureProfile.json", "utf8").slice(1)).subscriptions[0].user.name')")"
      echo "user: $(printf 'header = "Authorization: Bearer %s"' "$(cat "$DEVOPS_TOKEN_FILE")" | curl --silent --fail --config - https://dev.azure.com/contoso/_apis/connectionData | node -p 'JSON.parse(require("fs").readFileSync(0)).authenticatedUser.providerDisplayName')"`;

/** What the script prints where a step for Azure and one for Azure DevOps both keep what they are. */
function expected(
  azure: ServiceConnection,
  organization: ServiceConnection,
  last: ServiceConnection,
): readonly string[] {
  return [
    'file of azure: shop',
    `file of devops: ${organization.id}`,
    last === azure
      ? `sdk: azure ${azure.subscriptionId} shop`
      : `sdk: devops none ${organization.id}`,
    'identity: azure devops',
    `az: ${last === azure ? 'azure' : 'devops'}`,
    'user: contoso-shop-organization',
  ];
}

describe('A service connection to Azure DevOps', function () {
  this.timeout(300_000);
  const theatre = useStandIns(['az']);

  const bothKinds = (): readonly [ServiceConnection, ServiceConnection] => [
    theatre.emulator.addServiceConnection({ name: 'shop' }),
    theatre.emulator.addServiceConnection({ name: 'organization', type: 'WorkloadIdentityUser' }),
  ];

  it('after one to Azure signs in to Azure DevOps, and both stay what they are past the end of their tokens', async () => {
    const { emulator, stage } = theatre;
    const { idTokenSeconds } = shortLives;
    Object.assign(emulator.lifetimes, { idTokenSeconds, accessTokenSeconds: idTokenSeconds });
    const [azure, organization] = bothKinds();
    const play = await stage.play({
      pipeline: `
steps:
  - task: FederatedLogin@1
    name: azure
    inputs: { azureSubscription: shop, tools: azureCli }
  - task: FederatedLogin@1
    name: devops
    displayName: devops
    inputs: { ${devOps}, tools: azureCli, ${devOpsTokens} }
  - bash: |
      sleep ${shortLives.idTokenSeconds + 1}${look}
      cat "$AZURE_CONFIG_DIR/azuredevops/config"
    displayName: look
`,
      connections: [azure, organization],
    });
    assertGreen(play);
    const said = linesOf(play.report, 'look');
    const wanted = expected(azure, organization, organization);
    assert.deepEqual(
      said.filter((line) => wanted.includes(line)),
      wanted,
      said.join('\n'),
    );
    assert.ok(said.includes('organization = https://dev.azure.com/contoso/'), said.join('\n'));
    assert.ok(said.includes('project = shop'));
    assertVerified(play);
    const exchanges = play.journal.filter(
      ({ route, connectionId }) => route === 'entra-token' && connectionId === organization.id,
    );
    assert.deepEqual(
      new Set(exchanges.map(({ scope }) => scope)),
      new Set([`${devOpsResource}/.default`]),
    );
  });

  it('before one to Azure, in a classic release, stays signed in for its own', async () => {
    const { stage } = theatre;
    const [azure, organization] = bothKinds();
    const play = await stage.play({
      profile: 'release',
      pipeline: `
steps:
  - task: TerraformOidcEnv@1
    inputs: { ${devOps} }
  - task: FederatedLogin@1
    name: devops
    displayName: devops
    inputs: { ${devOps}, tools: azureCli, ${devOpsTokens} }
  - task: FederatedLogin@1
    name: azure
    inputs: { azureSubscription: shop, tools: azureCli }
  - bash: |${look}
      echo "terraform: $(who "$ARM_CLIENT_ID") $AZDO_ORG_SERVICE_URL \${ARM_SUBSCRIPTION_ID:-none}"
    displayName: look
`,
      connections: [azure, organization],
    });
    assertGreen(play);
    const said = linesOf(play.report, 'look');
    const wanted = [
      ...expected(azure, organization, azure),
      'terraform: devops https://dev.azure.com/contoso/ none',
    ];
    assert.deepEqual(
      said.filter((line) => wanted.includes(line)),
      wanted,
      said.join('\n'),
    );
    assertVerified(play);
  });

  it('whose identity is no user of the organization fails with the remedy', async () => {
    const { emulator, stage } = theatre;
    const organization = emulator.addServiceConnection({
      name: 'organization',
      type: 'WorkloadIdentityUser',
      organizationUser: false,
    });
    const play = await stage.play({
      pipeline: `
steps:
  - task: FederatedLogin@1
    inputs: { connectionType: azureDevOps, azureDevOpsServiceConnection: organization, tools: none, propagationTimeout: 0 }
`,
      connections: [organization],
    });
    assertFailsWell(play, { code: 'TF401444', remedy: /as a user of the organization/ });
  });

  it('that the step names without its connectionType is asked for, before anything is exported', async () => {
    const { emulator, stage } = theatre;
    const organization = emulator.addServiceConnection({
      name: 'organization',
      type: 'WorkloadIdentityUser',
    });
    const play = await stage.play({
      pipeline: `
steps:
  - task: TokenRefresher@1
    inputs: { azureDevOpsServiceConnection: organization }
`,
      connections: [organization],
    });
    assertFailsWell(play, {
      code: 'CONNECTION_MISSING',
      remedy: /set connectionType to azureDevOps/,
    });
    assert.equal(play.journal.filter(({ route }) => route === 'oidctoken').length, 0);
  });
});

/** Azure DevOps was asked once, at the collection's own host, and said who that is. */
function assertVerified({ report, journal }: Play): void {
  const said = linesOf(report, 'devops').join('\n');
  assert.match(
    said,
    /Verified: Entra accepts the connection, and https:\/\/dev\.azure\.com\/contoso\/ knows it as "contoso-shop-organization"\./,
  );
  const asked = journal.filter(
    ({ route, client }) => route === 'connection-data' && !client.startsWith('curl'),
  );
  assert.deepEqual(
    asked.map(({ host, status }) => [host, status]),
    [['dev.azure.com', 200]],
  );
}
