import assert from 'node:assert/strict';
import { describeWith } from '../support/needs.ts';
import { assertGreen, linesOf, useTheatre } from './support/theatre.ts';

/** An apply lasts several times as long. */
const shortestLives = { idTokenSeconds: 5, accessTokenSeconds: 20 };

const applies = (title: string, waves: number): string => `
  - bash: terraform apply -input=false -no-color -auto-approve -parallelism=1 -var waves=${waves}
    displayName: ${title}
    env: { SYSTEM_ACCESSTOKEN: $(mapped) }`;

/** init, plan, a long apply, another one of a changed configuration, and destroy. */
const journey = (mode: string, mapped: string, waves: number): string => `
variables:
  mapped: ${mapped}
steps:
  - task: TerraformOidcEnv@1
    displayName: env
    inputs: { azureSubscription: production, mode: ${mode} }
  - bash: terraform init -input=false -no-color
    displayName: init
    env: { SYSTEM_ACCESSTOKEN: $(mapped) }
  - bash: terraform plan -input=false -no-color -var waves=${waves}
    displayName: plan
    env: { SYSTEM_ACCESSTOKEN: $(mapped) }
${applies('apply', waves)}
${applies('apply a change', waves + 1)}
  - bash: terraform destroy -input=false -no-color -auto-approve
    displayName: destroy
    env: { SYSTEM_ACCESSTOKEN: $(mapped) }
`;

describeWith('terraform', 'Terraform with its state in blob storage', function () {
  this.timeout(600_000);
  const theatre = useTheatre({ blobStorage: true });

  before(async () => {
    await theatre.emulator.createContainer('tfstate');
  });

  const modes = [
    { mode: 'broker', mapped: "''", lives: shortestLives, waves: 65 },
    { mode: 'native', mapped: '$(System.AccessToken)', lives: shortestLives, waves: 65 },
    {
      mode: 'static',
      mapped: "''",
      lives: { idTokenSeconds: 300, accessTokenSeconds: 3600 },
      waves: 2,
      env: true,
    },
  ];
  for (const { mode, mapped, lives, waves } of modes) {
    // A wave takes a second.
    const atLeast = Math.floor(waves / lives.accessTokenSeconds) + 1;

    it(`goes through init, plan, two applies and destroy in mode ${mode}`, async () => {
      const { emulator, stage } = theatre;
      const connection = emulator.addServiceConnection({ name: 'production', issuer: 'entra' });
      Object.assign(emulator.lifetimes, lives);
      const yaml = journey(mode, mapped, waves);
      const play = await stage.play({
        pipeline: mode === 'static' ? withMappedToken(yaml) : yaml,
        connections: [connection],
        sources: 'examples/four-hour-job',
        allow: mode === 'broker' ? [] : terraformHoldsItself,
      });
      assertGreen(play);
      const minted = play.journal.filter(
        ({ route, status }) => route === 'entra-token' && status === 200,
      ).length;
      assert.ok(minted >= atLeast, `${minted} access tokens`);
      const refused = play.journal.filter(({ status }) => status === 401 || status === 403);
      assert.deepEqual(refused, []);
      assert.match(linesOf(play.report, 'apply').join('\n'), new RegExp(`${waves} added`));
      assert.match(linesOf(play.report, 'apply a change').join('\n'), /1 added, 0 changed/);
      assert.match(
        linesOf(play.report, 'destroy').join('\n'),
        new RegExp(`${waves + 1} destroyed`),
      );
    });
  }
});

/** In these modes the step itself gives Terraform a token, by the author's own mapping. */
const terraformHoldsItself = [
  {
    where: 'environment' as const,
    place: /^(SYSTEM_ACCESSTOKEN|ARM_OIDC_TOKEN) of /,
  },
];

function withMappedToken(yaml: string): string {
  return yaml.replaceAll('SYSTEM_ACCESSTOKEN: $(mapped)', 'ARM_OIDC_TOKEN: $(ARM_OIDC_TOKEN)');
}
