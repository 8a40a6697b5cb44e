import assert from 'node:assert/strict';
import { assertGreen, linesOf, useTheatre } from './support/theatre.ts';

/** How people and SDKs ask, each as arguments of curl; the endpoint and its secret stand in variables. */
const shapes: Readonly<Record<string, string>> = {
  'as an SDK':
    '--header "X-IDENTITY-HEADER: $IDENTITY_HEADER" "$IDENTITY_ENDPOINT?resource=$R&api-version=2019-08-01"',
  'with a slash':
    '--header "X-IDENTITY-HEADER: $IDENTITY_HEADER" "$IDENTITY_ENDPOINT/?resource=$R&api-version=2019-08-01"',
  'without a version':
    '--header "X-IDENTITY-HEADER: $IDENTITY_HEADER" "$IDENTITY_ENDPOINT?resource=$R"',
  'with another version':
    '--header "X-IDENTITY-HEADER: $IDENTITY_HEADER" "$IDENTITY_ENDPOINT?resource=$R&api-version=2020-06-01"',
  'as a runbook':
    '--header "X-IDENTITY-HEADER: $IDENTITY_HEADER" --header "Metadata: True" --data "resource=$R" "$IDENTITY_ENDPOINT"',
  'with a variable that is not set':
    '--header "x-identity-header: $IDENTITY_HEADER" "$IDENTITY_ENDPOINT?resource=$R&api-version=2019-08-01&client_id="',
  'as in 2017':
    '--header "secret: $IDENTITY_HEADER" "$IDENTITY_ENDPOINT?resource=$R&api-version=2017-09-01"',
};

/** An ID that the log does not mask. */
const unmasked = (id: string): string => id.split('-').reverse().join(' ');

/** Notes what a request is answered. */
const ask = (what: string, how: string): string => `
      { printf '${what}|'; curl --silent --noproxy '*' ${how}; echo; } >> answers`;

/** Prints whose access token each request got, or why it got none. */
const print = `
      node -e 'for (const line of require("fs").readFileSync("answers", "utf8").trim().split("\\n")) { const [what] = line.split("|"), a = JSON.parse(line.slice(what.length + 1)); console.log(what + ": " + (a.access_token ? JSON.parse(Buffer.from(a.access_token.split(".")[1], "base64url")).appid.split("-").reverse().join(" ") + (a.expires_on.includes("/") ? " by date" : " by number") : a.message)); }'
      rm answers`;

const named = (clientId: string): string =>
  `--header "X-IDENTITY-HEADER: $IDENTITY_HEADER" "$IDENTITY_ENDPOINT?resource=$R&api-version=2019-08-01&client_id=${clientId}"`;

describe('The managed identity endpoint of a job with several connections', function () {
  this.timeout(300_000);
  const theatre = useTheatre();

  const orders = [
    ['FederatedLogin', 'TokenRefresher'],
    ['TokenRefresher', 'FederatedLogin'],
    ['FederatedLogin', 'TerraformOidcEnv'],
  ] as const;
  const inputs = {
    FederatedLogin: ', tools: none',
    TokenRefresher: ', managedIdentity: true',
    TerraformOidcEnv: '',
  };
  for (const [first, second] of orders) {
    it(`serves each by its client ID, and without one that of ${second}, which ran after ${first}`, async () => {
      const { emulator, stage } = theatre;
      const one = emulator.addServiceConnection({ name: 'one', issuer: 'entra' });
      const two = emulator.addServiceConnection({ name: 'two', issuer: 'entra' });
      const play = await stage.play({
        pipeline: `
steps:
  - task: ${first}@1
    inputs: { azureSubscription: one${inputs[first]} }
  - task: ${second}@1
    inputs: { azureSubscription: two${inputs[second]} }
  - bash: |
      R=https://management.azure.com/${Object.entries(shapes)
        .map(([what, how]) => ask(what, how))
        .join(
          '',
        )}${ask('one', named(one.clientId))}${ask('two', named(two.clientId))}${ask('a stranger', named('00000000-0000-0000-0000-000000000001'))}${ask('a scope', named('').replace('$R', '$R/.default'))}${print}
    displayName: ask
`,
        connections: [one, two],
      });
      assertGreen(play);
      const said = linesOf(play.report, 'ask');
      for (const what of [...Object.keys(shapes), 'two']) {
        const how = what === 'as in 2017' ? 'by date' : 'by number';
        assert.ok(said.includes(`${what}: ${unmasked(two.clientId)} ${how}`), said.join('\n'));
      }
      assert.ok(said.includes(`one: ${unmasked(one.clientId)} by number`), said.join('\n'));
      assert.match(said.join('\n'), /^a stranger: No step of this job has signed in .+000001\.$/m);
      assert.match(said.join('\n'), /^a scope: .+\/\.default is a scope/m);
      // Nobody ran Terraform here, which is said too.
      const unused = play.report.log.match(/nobody asked/g) ?? [];
      assert.equal(unused.length, second === 'TerraformOidcEnv' ? 1 : 0);
    });
  }
});
