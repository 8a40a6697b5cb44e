import fc from 'fast-check';
import assert from 'node:assert/strict';
import { readAccessTokenLines } from '../../../src/agent/access-token-lines.ts';
import { FederationError } from '../../../src/errors.ts';
import { assertSafeForLogs, failureOf } from '../../support/failures.ts';

const scope = 'https://database.windows.net/.default';

describe('the lines of accessTokens', () => {
  it('are names and scopes', () => {
    const text = `
      # databases
      DATABASE_TOKEN = ${scope}
      VAULT_TOKEN=https://vault.azure.net/.default\r
      APP_2_TOKEN\t= api://app?x=1/.default`;
    assert.deepEqual(readAccessTokenLines(text), [
      { name: 'DATABASE_TOKEN', scope },
      { name: 'VAULT_TOKEN', scope: 'https://vault.azure.net/.default' },
      { name: 'APP_2_TOKEN', scope: 'api://app?x=1/.default' },
    ]);
  });

  for (const empty of ['', '\n \r\n', '# DATABASE_TOKEN = x/.default']) {
    it(`are none in ${JSON.stringify(empty)}`, () => {
      assert.deepEqual(readAccessTokenLines(empty), []);
    });
  }

  const wrong: readonly (readonly [line: string, why: RegExp])[] = [
    ['DATABASE_TOKEN', /line 2 has no "="/],
    [scope, /line 2 has no "="/],
    [`= ${scope}`, /name in line 2/],
    [`DATABASE = ${scope}`, /name in line 2/],
    [`database_token = ${scope}`, /name in line 2/],
    [`_TOKEN = ${scope}`, /name in line 2/],
    [`1_TOKEN = ${scope}`, /name in line 2/],
    [`DATA-BASE_TOKEN = ${scope}`, /name in line 2/],
    [`DATABASE_TOKEN_ = ${scope}`, /name in line 2/],
    [`PATH;issecret=false]_TOKEN = ${scope}`, /name in line 2/],
    [`${'A'.repeat(90)}_TOKEN = ${scope}`, /name in line 2/],
    [`ARM_OIDC_TOKEN = ${scope}`, /a meaning of its own/],
    [`AZURE_OIDC_REQUEST_TOKEN = ${scope}`, /a meaning of its own/],
    [`ACTIONS_ID_TOKEN_REQUEST_TOKEN = ${scope}`, /a meaning of its own/],
    [`SYSTEM_MY_TOKEN = ${scope}`, /a meaning of its own/],
    [`AGENT_MY_TOKEN = ${scope}`, /a meaning of its own/],
    [`BUILD_MY_TOKEN = ${scope}`, /a meaning of its own/],
    ['DATABASE_TOKEN =', /scope in line 2/],
    ['DATABASE_TOKEN = /.default', /scope in line 2/],
    ['DATABASE_TOKEN = https://database.windows.net', /scope in line 2/],
    ['DATABASE_TOKEN = https://database.windows.net/.default x', /scope in line 2/],
    ['DATABASE_TOKEN = https://a/.default https://b/.default', /scope in line 2/],
    ['DATABASE_TOKEN = https://dätabase/.default', /scope in line 2/],
    [`VAULT_TOKEN = ${scope}`, /VAULT_TOKEN stands there twice/],
  ];
  for (const [line, why] of wrong) {
    it(`are refused for ${JSON.stringify(line).slice(0, 60)}`, () => {
      const text = `VAULT_TOKEN = https://vault.azure.net/.default\n${line}`;
      const { message, remedy } = failureOf(
        () => readAccessTokenLines(text),
        'ACCESS_TOKENS_INVALID',
      );
      assert.match(message, why);
      assert.ok(remedy.includes('DATABASE_TOKEN ='));
    });
  }

  it('are counted as they stand in the input', () => {
    const { message } = failureOf(() => readAccessTokenLines('\n# one\n\nwrong'));
    assert.ok(message.includes('line 4'));
  });

  it('are at most 64', () => {
    const lines = (count: number): string =>
      Array.from({ length: count }, (_, index) => `A${index}_TOKEN = ${scope}`).join('\n');
    assert.equal(readAccessTokenLines(lines(64)).length, 64);
    failureOf(() => readAccessTokenLines(lines(65)), 'ACCESS_TOKENS_INVALID');
  });

  it('are sound or refused, whatever stands there', () => {
    const part = fc.oneof(
      fc.constantFrom('=', '\n', '_TOKEN', 'A', '##vso[', '/.default', ' ', scope, '#'),
      fc.string(),
    );
    const text = fc.array(part).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (input) => {
        try {
          for (const { name, scope: asked } of readAccessTokenLines(input)) {
            assert.match(name, /^[A-Z][A-Z0-9_]*_TOKEN$/);
            assert.match(asked, /^\S+\/\.default$/);
          }
        } catch (error) {
          assert.ok(error instanceof FederationError, String(error));
          assertSafeForLogs(error.message);
        }
      }),
    );
  });

  it('are read again as they were written', () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[C-R][A-Z0-9_]{0,20}_TOKEN$/), {
      maxLength: 9,
    });
    fc.assert(
      fc.property(names, (all) => {
        const kept = all.filter((name) => !name.startsWith('FABRIC_OIDC'));
        const requested = kept.map((name) => ({ name, scope: `api://${name}/.default` }));
        const text = requested.map(({ name, scope: asked }) => `${name} = ${asked}`).join('\n');
        assert.deepEqual(readAccessTokenLines(text), requested);
      }),
    );
  });
});
