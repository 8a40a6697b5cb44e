import assert from 'node:assert/strict';
import type { ServiceConnection } from '../harness/emulator/service-connections.ts';
import { describeWith } from '../support/needs.ts';
import { assertClean, linesOf, useTheatre } from './support/theatre.ts';

/**
 * A step of Microsoft's TerraformTask@5 as far as signing in goes: it names its own connection, sends
 * the job's access token, leaves the request URL to whoever has set it, and clears nothing.
 */
const task = (title: string, { id, clientId }: ServiceConnection, command: string): string => `
  - bash: |
      export ARM_USE_OIDC=true ARM_CLIENT_ID=${clientId}
      export ARM_OIDC_AZURE_SERVICE_CONNECTION_ID=${id} ARM_OIDC_REQUEST_TOKEN="$OF_THE_JOB"
      terraform ${command} -input=false -no-color
    displayName: ${title}
    continueOnError: true
    env: { OF_THE_JOB: $(System.AccessToken) }`;

/** The task itself puts the job's access token there. */
const taskHoldsItself = [
  { where: 'environment' as const, place: /^(OF_THE_JOB|ARM_OIDC_REQUEST_TOKEN) of / },
];

describeWith('terraform', 'TerraformTask@5 after TerraformOidcEnv', function () {
  this.timeout(300_000);
  const theatre = useTheatre({ blobStorage: true });

  before(async () => {
    await theatre.emulator.createContainer('tfstate');
  });

  it('lives past its tokens, as its own connection, also as one that no step of ours names', async () => {
    const { emulator, stage } = theatre;
    const [ours, second, unnamed, stranger] = ['ours', 'second', 'unnamed', 'stranger'].map(
      (name) => emulator.addServiceConnection({ name, issuer: 'entra' }),
    ) as [ServiceConnection, ServiceConnection, ServiceConnection, ServiceConnection];
    Object.assign(emulator.lifetimes, { idTokenSeconds: 4, accessTokenSeconds: 5 });
    const play = await stage.play({
      pipeline: `
steps:
  - task: TerraformOidcEnv@1
    inputs: { azureSubscription: ours }
  - task: TokenRefresher@1
    inputs: { azureSubscription: second }
${task('init', ours, 'init')}
${task('plan', ours, 'plan -var waves=8')}
${task('apply', ours, 'apply -auto-approve -parallelism=1 -var waves=8')}
${task('apply as another', second, 'apply -auto-approve -var waves=1')}
${task('apply as nobody knows', unnamed, 'apply -auto-approve -var waves=2')}
${task('apply as a stranger', stranger, 'apply -auto-approve -var waves=3')}
`,
      connections: [ours, second, unnamed, stranger],
      referenced: [ours, second, unnamed],
      sources: 'examples/four-hour-job',
      allow: taskHoldsItself,
    });
    const said = (title: string): string => linesOf(play.report, title).join('\n');
    assert.match(said('apply'), /Resources: 8 added/);
    assert.match(said('apply as another'), /7 destroyed/);
    assert.match(said('apply as nobody knows'), /1 added/);
    assert.match(said('apply as a stranger'), new RegExp(`403.*${stranger.id}`, 's'));
    assertClean(play);
    const exchanged = (clientId: string): number =>
      emulator.issued.filter(
        ({ kind, value }) => kind === 'access-token' && clientIdIn(value) === clientId,
      ).length;
    assert.ok(exchanged(ours.clientId) >= 3, `${exchanged(ours.clientId)} access tokens`);
    assert.ok(exchanged(second.clientId) > 0);
    assert.ok(exchanged(unnamed.clientId) > 0);
    assert.equal(exchanged(stranger.clientId), 0);
  });
});

function clientIdIn(accessToken: string): unknown {
  const payload = Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString('utf8');
  return (JSON.parse(payload) as { readonly appid?: unknown }).appid;
}
