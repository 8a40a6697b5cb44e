import assert from 'node:assert/strict';
import type { RouteName } from '../harness/emulator/emulator.ts';
import { trustAtAws, trustAtGoogle } from '../harness/emulator/other-clouds/trusts.ts';
import { assertGreen, useTheatre } from './support/theatre.ts';

/** A step that keeps the token of one connection fresh, under its own name. */
const refreshing = (name: string): string => `
  - task: TokenRefresher@1
    name: ${name}
    inputs: { azureSubscription: contoso-${name} }`;

/** Exchanges at Google what the URL gives, and at AWS what the file holds: no token in an argument. */
const exchanges = `
  - bash: |
      set -euo pipefail
      curl --silent --fail --noproxy '*' --header "Authorization: Bearer $OIDC_REQUEST_TOKEN" "$OIDC_REQUEST_URL" |
        node -p 'JSON.parse(fs.readFileSync(0)).value' | tr -d '\\n' |
        curl --silent --fail --output /dev/null https://sts.googleapis.com/v1/token \\
        --data-urlencode grant_type=urn:ietf:params:oauth:grant-type:token-exchange \\
        --data-urlencode requested_token_type=urn:ietf:params:oauth:token-type:access_token \\
        --data-urlencode subject_token_type=urn:ietf:params:oauth:token-type:jwt \\
        --data-urlencode scope=https://www.googleapis.com/auth/cloud-platform \\
        --data-urlencode audience=$(provider) --data-urlencode subject_token@-
      curl --silent --fail --output /dev/null https://sts.eu-west-1.amazonaws.com/ \\
        --data Action=AssumeRoleWithWebIdentity --data RoleSessionName=test \\
        --data-urlencode RoleArn=$(role) --data-urlencode "WebIdentityToken@$TOKEN_FILE"
    displayName: exchange
    env:
      OIDC_REQUEST_URL: $(google.oidcRequestUrl)
      OIDC_REQUEST_TOKEN: $(google.oidcRequestToken)
      TOKEN_FILE: $(aws.tokenFile)`;

describe('Two connections for two clouds in one job', function () {
  this.timeout(300_000);
  const theatre = useTheatre();

  for (const order of [
    ['google', 'aws'],
    ['aws', 'google'],
  ]) {
    it(`send each cloud the token of its own step only, ${order.join(' first, then ')}`, async () => {
      const { emulator, stage } = theatre;
      const add = (name: string) =>
        emulator.addServiceConnection({ name: `contoso-${name}`, issuer: 'entra', role: false });
      const google = add('google');
      const aws = add('aws');
      const { provider } = trustAtGoogle(emulator, google, 'own');
      const play = await stage.play({
        pipeline: `steps:${order.map(refreshing).join('')}${exchanges}`,
        connections: [google, aws],
        variables: { provider, role: trustAtAws(emulator, aws, 'own') },
      });
      assertGreen(play);
      const sent = (to: RouteName): readonly unknown[] =>
        play.journal
          .filter(({ route }) => route === to)
          .map(({ status, connectionId }) => [status, connectionId]);
      assert.deepEqual(sent('google-sts'), [[200, google.id]]);
      assert.deepEqual(sent('aws-sts'), [[200, aws.id]]);
      // What follows the last task is right for one of the two only.
      const last = order[1] === 'google' ? google : aws;
      const file = play.report.variables['AZURE_FEDERATED_TOKEN_FILE']?.value ?? '';
      assert.ok(file.includes(last.id), file);
    });
  }
});
