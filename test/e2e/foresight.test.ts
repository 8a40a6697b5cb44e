import assert from 'node:assert/strict';
import { assertGreen, linesOf, useTheatre } from './support/theatre.ts';

const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d UTC`;

describe('The log of a step foretells', function () {
  this.timeout(300_000);
  const theatre = useTheatre();

  for (const [issuer, warnings] of [
    ['azure-devops', 1],
    ['entra', 0],
  ] as const) {
    it(`how long all of it lasts, and ${warnings === 1 ? 'the end' : 'no end'} of the issuer, where that is ${issuer}`, async () => {
      const { emulator, stage } = theatre;
      const connection = emulator.addServiceConnection({ name: 'foreseen', issuer });
      const play = await stage.play({
        pipeline: `
steps:
  - task: FederatedLogin@1
    displayName: login
    inputs: { azureSubscription: foreseen, tools: none }
`,
        connections: [connection],
      });
      assertGreen(play);
      const said = linesOf(play.report, 'login').join('\n');
      for (const sentence of [
        `valid until ${time}, and replaced in time until the job ends`,
        `New ID tokens can be had until ${time}, when the access token of this job itself ends`,
        `the first is good until ${time}; the broker replaces each in time`,
        'of a user-assigned managed identity, up to 24 hours',
      ]) {
        assert.match(said, new RegExp(sentence));
      }
      const told = play.report.steps.flatMap(({ issues }) => issues);
      assert.equal(told.length, warnings);
      for (const { type, message } of told) {
        assert.equal(type, 'warning');
        assert.match(message, /retires on 2027-07-01.+Project settings, Service connections/);
      }
    });
  }

  it('that leftovers which Terraform would see are set empty, by their names, and secrets are left to the steps that map them', async () => {
    const { emulator, stage } = theatre;
    const connection = emulator.addServiceConnection({ name: 'foreseen', issuer: 'entra' });
    const play = await stage.play({
      pipeline: `
steps:
  - task: TerraformOidcEnv@1
    inputs: { azureSubscription: foreseen }
  - bash: test -n "$SECRET" && test -z "$ARM_USE_MSI" && echo "only the switch is empty"
    displayName: later
    env: { SECRET: $(ARM_CLIENT_SECRET) }
`,
      connections: [connection],
      variables: {
        ARM_CLIENT_SECRET: { value: 'of-another-time', secret: true },
        ARM_USE_MSI: 'true',
      },
    });
    assertGreen(play);
    assert.ok(linesOf(play.report, 'later').includes('only the switch is empty'));
    const [warning, ...others] = play.report.steps.flatMap(({ issues }) => issues);
    assert.match(warning?.message ?? '', /elsewhere: ARM_USE_MSI\. Remove them/);
    assert.deepEqual(others, []);
  });

  it('that the clock of the agent is wrong by minutes, which is no failure', async () => {
    const { emulator, stage } = theatre;
    const connection = emulator.addServiceConnection({ name: 'clock', issuer: 'entra' });
    const begunMs = Date.now();
    const date = new Date(begunMs - 600_000).toUTCString();
    const fault = emulator.faults.inject({ at: 'oidctoken', kind: { headers: { Date: date } } });
    const play = await stage.play({
      pipeline: `
steps:
  - task: TokenRefresher@1
    displayName: refresh
    inputs: { azureSubscription: clock }
`,
      connections: [connection],
    });
    fault.clear();
    assertGreen(play);
    const said = linesOf(play.report, 'refresh').join('\n');
    const ahead = Number(/clock of this agent is (\d+) seconds ahead/.exec(said)?.[1]);
    // The date stands still while the clock goes on.
    const passedSeconds = (Date.now() - begunMs) / 1_000;
    assert.ok(ahead >= 595 && ahead <= 601 + passedSeconds, said);
  });
});
