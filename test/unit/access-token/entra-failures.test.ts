import assert from 'node:assert/strict';
import { entraFailure, knownEntraFailures } from '../../../src/access-token/entra-failures.ts';
import { anIdToken, aServiceConnection, ids } from '../../support/builders.ts';

const scope = 'https://vault.azure.net/.default';
const idToken = anIdToken({
  issuer: 'the-issuer',
  subject: 'the-subject',
  audience: 'the-audience',
});
const attempt = { identity: aServiceConnection(), idToken, scope };

/** Where the three things that have to match are what the reader needs. */
const mismatches = new Set([
  70021, 70025, 70052, 700211, 700212, 700213, 700214, 700223, 700238, 7000272, 7002138,
]);

/** Where Entra itself says that a later attempt may succeed. */
const passing = new Set([
  50087, 50166, 50196, 90006, 90012, 90024, 90033, 90055, 90061, 90090, 90091, 500133, 700024,
  7000272,
]);

/** Where something that was made moments ago may not have arrived yet. */
const settling = new Set([
  65001, 70021, 70025, 500011, 501051, 700016, 700211, 700212, 700213, 700214, 7000229, 7002138,
]);

/** Where a federated credential with the right three values is the way out. */
const curable = new Set([70021, 70025, 700211, 700212, 700213, 700214, 7002138]);

/** Numbers that say what another says too, in another part of Entra. */
const siblings = [
  [90006, 'transient', 90033],
  [90090, 'transient', 90033],
  [90091, 'transient', 90033],
  [500133, 'transient', 700024],
  [501051, 'settling', 65001],
  [7000229, 'settling', 700016],
] as const;

function kindOf(number: number): string {
  if (passing.has(number)) return 'transient';
  if (settling.has(number)) return 'settling';
  return number === 999999 ? 'unknown' : 'definite';
}

describe("Entra's refusal", () => {
  for (const number of [...knownEntraFailures, 999999]) {
    it(`AADSTS${number} is told with who asked, for what, and what to do`, () => {
      const { code, message, remedy, kind } = entraFailure(number, attempt, 'the-correlation-id');
      assert.equal(code, `AADSTS${number}`);
      for (const part of ['"production"', ids.client, ids.tenant, scope, 'the-correlation-id']) {
        assert.ok(message.includes(part), `${message} lacks ${part}`);
      }
      assert.match(message, new RegExp(`because .+ \\(AADSTS${number}, correlation .+\\)\\.`));
      assert.match(remedy, /^[A-Z].+\.$/);
      assert.equal(kind, kindOf(number));
    });

    it(`AADSTS${number} ${mismatches.has(number) ? 'shows' : 'does not show'} what was presented`, () => {
      const { message } = entraFailure(number, attempt, undefined);
      for (const part of ['the-issuer', 'the-subject', 'the-audience']) {
        assert.equal(message.includes(part), mismatches.has(number));
      }
    });
  }

  it('never shows the ID token', () => {
    for (const number of knownEntraFailures) {
      const { message, remedy } = entraFailure(number, attempt, undefined);
      assert.ok(!`${message} ${remedy}`.includes(idToken.token.reveal()));
    }
  });

  for (const number of [...knownEntraFailures, 999999]) {
    it(`AADSTS${number} ${curable.has(number) ? 'brings' : 'needs no'} credential to create`, () => {
      const { cure } = entraFailure(number, attempt, undefined);
      const wanted = {
        connection: attempt.identity.name,
        clientId: ids.client,
        issuer: 'the-issuer',
        subject: 'the-subject',
      };
      assert.deepEqual(cure, curable.has(number) ? wanted : undefined);
    });
  }

  for (const [number, kind, neighbour] of siblings) {
    it(`AADSTS${number} is ${kind}, and cured as ${neighbour} is`, () => {
      const failure = entraFailure(number, attempt, undefined);
      assert.equal(failure.kind, kind);
      assert.equal(failure.remedy, entraFailure(neighbour, attempt, undefined).remedy);
    });
  }

  it('has a number for each way in which a federated credential can differ', () => {
    for (const number of [70021, 700211, 700212, 700213, 700214, 700223, 700016, 700024]) {
      assert.ok(knownEntraFailures.includes(number), `AADSTS${number}`);
    }
  });
});
