import assert from 'node:assert/strict';
import { DirectNetwork, describeDirect, type DirectPlay } from './support/direct-network.ts';
import { assertFailsWell } from './support/failing.ts';
import { assertGreen, shortLives } from './support/theatre.ts';

/** What a step takes that waits for nothing, with much to spare, in ms. */
const promptMs = 30_000;

/** How long Azure DevOps thinks, in ms: longer than it takes to load what dials Entra. */
const thinkingMs = 4_000;

/** Connections by host. */
function dialsOf({ dials }: DirectPlay): Readonly<Record<string, number>> {
  const hosts = [...new Set(dials.map(({ host }) => host))];
  return Object.fromEntries(
    hosts.map((host) => [host, dials.filter((dial) => dial.host === host).length]),
  );
}

/** When the first request came to a host. */
function firstRequest({ play }: DirectPlay, host: string): Date {
  const entry = play.journal.find((candidate) => candidate.host === host);
  assert.ok(entry, `nobody asked ${host}`);
  return entry.at;
}

describeDirect('A job in a network without a proxy', function () {
  this.timeout(300_000);
  let network: DirectNetwork;
  before(async () => {
    network = await DirectNetwork.open();
  });
  after(() => network.close());

  it('is kept signed in, and gets its first ID token over the connection that was dialled before the step spoke', async () => {
    const played = await network.play({
      connection: { name: 'refreshed' },
      lifetimes: shortLives,
      isSlowToSpeak: true,
      steps: `
  - task: TokenRefresher@1
    inputs: { azureSubscription: refreshed }
  - bash: |
      first=$(cat "$AZURE_FEDERATED_TOKEN_FILE")
      sleep ${shortLives.idTokenSeconds + 2}
      test "$first" != "$(cat "$AZURE_FEDERATED_TOKEN_FILE")"
      exec node token-file.mjs
    env: { POLL_SECONDS: '1' }
`,
    });
    const { play, dials, leftOpen } = played;
    assertGreen(play);
    const askedAt = firstRequest(played, 'dev.azure.com');
    const until = dials.filter(({ host, at }) => host === 'dev.azure.com' && at <= askedAt);
    assert.equal(until.length, 1);
    const refused = play.journal.filter(({ status }) => status !== 200);
    assert.deepEqual(refused, []);
    assert.equal(leftOpen, 0);
  });

  it('signs in once over one connection to each host, that to Entra dialled while Azure DevOps still thinks', async () => {
    const played = await network.play({
      connection: { name: 'once' },
      fault: { at: 'oidctoken', kind: { delayMs: thinkingMs } },
      steps: `
  - task: FederatedLogin@1
    inputs: { azureSubscription: once, tools: none, refresh: false, verify: true }
`,
    });
    assertGreen(played.play);
    assert.deepEqual(
      played.play.journal.map(({ route, status }) => [route, status]),
      [
        ['oidctoken', 200],
        ['entra-token', 200],
        ['arm', 200],
      ],
    );
    assert.deepEqual(dialsOf(played), {
      'dev.azure.com': 1,
      'login.microsoftonline.com': 1,
      'management.azure.com': 1,
    });
    const dialledAt = played.dials.find(({ host }) => host === 'login.microsoftonline.com')?.at;
    const askedAt = firstRequest(played, 'dev.azure.com');
    assert.ok(Number(dialledAt) < askedAt.getTime() + thinkingMs);
    assert.equal(played.leftOpen, 0);
  });

  for (const [mode, dialled] of [
    ['native', {}],
    ['static', { 'dev.azure.com': 1 }],
  ] as const) {
    it(`makes the connections that Terraform's mode "${mode}" needs, and no other`, async () => {
      const played = await network.play({
        connection: { name: mode },
        steps: `
  - task: TerraformOidcEnv@1
    inputs: { azureSubscription: ${mode}, mode: ${mode} }
`,
      });
      assertGreen(played.play);
      assert.deepEqual(dialsOf(played), dialled);
      assert.equal(played.play.journal.length, played.dials.length);
      assert.equal(played.leftOpen, 0);
    });
  }

  for (const { task, inputs, code, remedy } of [
    {
      task: 'FederatedLogin',
      inputs: 'azureSubscription: FederatedLogin, refresh: false, accessTokens: DATABASE_TOKEN',
      code: 'ACCESS_TOKENS_INVALID',
      remedy: /DATABASE_TOKEN = https/,
    },
    {
      task: 'TokenRefresher',
      inputs: 'azureSubscription: TokenRefresher, managedIdentity: perhaps',
      code: 'INPUT_INVALID',
      remedy: /true or false/,
    },
  ]) {
    it(`fails at once with ${code}, and leaves the connection that ${task} dialled unused`, async () => {
      const played = await network.play({
        connection: { name: task },
        // A broker that is not needed is ended, which may be before it has dialled.
        isSlowToSpeak: task === 'TokenRefresher',
        steps: `
  - task: ${task}@1
    inputs: { ${inputs} }
`,
      });
      assertFailsWell(played.play, { code, remedy });
      const step = played.play.report.steps.find(({ phase }) => phase === 'main');
      assert.ok(step !== undefined && step.durationMs < promptMs);
      assert.deepEqual(dialsOf(played), { 'dev.azure.com': 1 });
      assert.deepEqual(played.play.journal, []);
      assert.equal(played.leftOpen, 0);
    });
  }
});
