import assert from 'node:assert/strict';
import { assertGreen, linesOf, useTheatre } from './support/theatre.ts';

describe('An Azure SDK program', function () {
  this.timeout(300_000);
  const theatre = useTheatre();

  for (const [way, issuer] of [
    ['token-file', 'azure-devops'],
    ['token-file', 'entra'],
    ['managed-identity', 'entra'],
  ] as const) {
    it(`gets a good token at every request by its ${way}, with the issuer ${issuer}`, async () => {
      const { emulator, stage } = theatre;
      const connection = emulator.addServiceConnection({ name: `${way}-${issuer}`, issuer });
      Object.assign(emulator.lifetimes, { idTokenSeconds: 10, accessTokenSeconds: 12 });
      const play = await stage.play({
        pipeline: `
steps:
  - task: TokenRefresher@1
    inputs: { azureSubscription: ${way}-${issuer}, managedIdentity: true }
  - bash: node ${way}.mjs
    displayName: program
    env: { POLL_SECONDS: '30' }
`,
        connections: [connection],
        sources: 'test/e2e/programs',
      });
      assertGreen(play);
      const said = /requests (\d+), access tokens (\d+)/.exec(
        linesOf(play.report, 'program').join('\n'),
      );
      assert.ok(Number(said?.[1]) > 10, said?.[0]);
      assert.ok(Number(said?.[2]) >= 3, said?.[0]);
      assert.deepEqual(
        play.journal.filter(({ error }) => error !== undefined),
        [],
      );
    });
  }
});
