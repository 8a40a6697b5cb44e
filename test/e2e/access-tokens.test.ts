import assert from 'node:assert/strict';
import { assertGreen, linesOf, useTheatre } from './support/theatre.ts';

describe('Access tokens by name', function () {
  this.timeout(300_000);
  const theatre = useTheatre();

  it('stay fresh in their files, and one is a secret that only a step sees which maps it', async () => {
    const { emulator, stage } = theatre;
    const connection = emulator.addServiceConnection({ name: 'named', issuer: 'entra' });
    Object.assign(emulator.lifetimes, { idTokenSeconds: 10, accessTokenSeconds: 12 });
    const play = await stage.play({
      pipeline: `
steps:
  - task: FederatedLogin@1
    inputs:
      azureSubscription: named
      tools: none
      accessTokens: DATABASE_TOKEN = https://database.windows.net/.default
  - task: TokenRefresher@1
    inputs:
      azureSubscription: named
      accessTokens: VAULT_TOKEN = https://vault.azure.net/.default
  - bash: |
      echo "unmapped \${DATABASE_TOKEN:-nothing}, vault \${VAULT_TOKEN:-nothing}"
      echo "expires $DATABASE_TOKEN_EXPIRES_ON"
    displayName: unmapped
  - bash: test "\${#DATABASE_TOKEN}" -gt 100 && echo "it is there"
    displayName: mapped
    env: { DATABASE_TOKEN: $(DATABASE_TOKEN) }
  - bash: node access-token-files.mjs DATABASE_TOKEN VAULT_TOKEN
    displayName: files
    env: { POLL_SECONDS: '30' }
`,
      connections: [connection],
      sources: 'test/e2e/programs',
      allow: [{ where: 'environment', place: /^DATABASE_TOKEN of / }],
    });
    assertGreen(play);
    const unmapped = linesOf(play.report, 'unmapped').join('\n');
    assert.match(unmapped, /^unmapped nothing, vault nothing$/m);
    assert.match(unmapped, /^expires \d{4}-\d\d-\d\dT[\d:.]+Z$/m);
    assert.ok(linesOf(play.report, 'mapped').includes('it is there'));
    const counted = [
      ...linesOf(play.report, 'files')
        .join('\n')
        .matchAll(/_TOKEN: (\d+) tokens for (\S+)/g),
    ];
    assert.deepEqual(
      counted.map(([, , audience]) => audience),
      ['https://database.windows.net', 'https://vault.azure.net'],
    );
    for (const [line, count] of counted) assert.ok(Number(count) >= 3, line);
  });
});
