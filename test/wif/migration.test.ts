import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { assertGreen, linesOf, useTheatre } from '../e2e/support/theatre.ts';
import type { ServiceConnection } from '../harness/emulator/emulator.ts';
import { repositoryFile } from '../harness/stage.ts';
import { describeWith } from '../support/needs.ts';
import { AzureCliStandIn } from './support/azure-cli.ts';
import { Desk } from './support/desk.ts';
import { commandsIn, comparable } from './support/documents.ts';

/** The IDs that the document writes in commands, where the reader has their own. */
const subscriptionInDocument = '11111111-1111-4111-8111-111111111111';

const federatedJob = `
steps:
  - task: FederatedLogin@1
    displayName: login
    inputs: { azureSubscription: NAME, tools: none }
  - task: TerraformOidcEnv@1
    displayName: env
    inputs: { azureSubscription: NAME }
  - bash: |
      set -e
      terraform init -input=false -no-color
      terraform apply -input=false -no-color -auto-approve -var waves=2
    displayName: apply
`;

const refresherStep = `
  - task: TokenRefresher@1
    displayName: refresher
    inputs: { azureSubscription: NAME }
`;

/** docs/MIGRATION.md, played: its commands are run, and end with the output that it shows. */
describeWith('terraform', 'The journey of a team that leaves its secrets behind', function () {
  this.timeout(180_000);
  const theatre = useTheatre({ blobStorage: true });
  let desk: Desk;

  before(async () => {
    await theatre.emulator.createContainer('tfstate');
  });
  beforeEach(() => {
    desk = new Desk(theatre.emulator);
    desk.environment = theatre.emulator.office.addAdministrator().environment;
  });
  afterEach(() => rmSync(desk.folder, { recursive: true, force: true }));

  const play = async (connection: ServiceConnection, steps: string): Promise<void> => {
    const played = await theatre.stage.play({
      pipeline: steps.replaceAll('NAME', connection.name),
      connections: [connection],
      sources: 'examples/four-hour-job',
    });
    assertGreen(played);
    assert.match(linesOf(played.report, 'apply').join('\n'), /Apply complete/);
  };

  it('is as the document tells it, up to jobs that run without a secret', async () => {
    const { office, subscriptionId } = theatre.emulator;
    const billing = office.addProject('billing');
    const secret = { scheme: 'ServicePrincipal' } as const;
    const production = office.addConnection({ name: 'shop-production', ...secret });
    office.addConnection({ name: 'shop-test', ...secret, creationMode: 'Manual' });
    office.addConnection({ name: 'shop-legacy', issuer: 'azure-devops' });
    const [shop] = office.projects;
    assert.ok(shop);
    office.addConnection({ name: 'billing', ...secret, project: billing, sharedWith: [shop] });
    office.addManagedIdentity('shop-test', 'identities');

    const refused = await theatre.stage.play({
      pipeline: federatedJob.replaceAll('NAME', production.name),
      connections: [office.connection(production.id)],
    });
    assert.match(refused.report.log, /signs in by ServicePrincipal, not by workload identity/);

    const azureCli = await AzureCliStandIn.on(desk);
    const shown = commandsIn(repositoryFile('docs', 'MIGRATION.md'));
    assert.ok(shown.length >= 7, 'the document has its commands');
    for (const { words, output } of shown) {
      const real = words.map((word) => word.replaceAll(subscriptionInDocument, subscriptionId));
      const { out, err } = await desk.run(...real);
      assert.equal(comparable(out), comparable(output), `wif ${words.join(' ')}\n${err}`);
    }

    azureCli.close();
    const converted = office.connection(production.id);
    assert.ok(!('serviceprincipalkey' in converted.endpoint.authorization.parameters));
    await play(converted, federatedJob);
    const connected = [...shownIds(desk)].map((id) => office.connection(id)).at(-1);
    assert.ok(connected);
    assert.equal(connected.name, 'shop-test-federated');
    await play(connected, `${federatedJob}${refresherStep}`);
    desk.assertNoCredential('wif-contoso.jsonl');
  });
});

/** The connections that `connect` told of. */
function shownIds({ written }: Desk): readonly string[] {
  return written.flatMap((text) =>
    [...text.matchAll(/"shop-test-federated", ID ([0-9a-f-]{36})/g)].map(([, id = '']) => id),
  );
}
