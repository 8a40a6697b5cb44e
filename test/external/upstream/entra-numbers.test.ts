import assert from 'node:assert/strict';
import { entraThrough } from '../../../src/external/upstream/entra-access-tokens.ts';
import { ids } from '../../support/builders.ts';
import { anyExchange, bytesOf, RawEntra } from '../../support/raw-entra.ts';

const refusal = {
  error: 'invalid_client',
  error_description: `AADSTS700213: No matching record. Trace ID: ${ids.plan}`,
  error_codes: [700213],
};

/** How a body says its numbers, also after something on the way has written it anew. */
const numberings: readonly (readonly [
  title: string,
  changes: Readonly<Record<string, unknown>>,
  numbers: readonly number[],
])[] = [
  ['a list of numbers', { error_codes: [700016, 50000] }, [700016, 50000]],
  ['numbers as texts', { error_codes: ['700213', 50000] }, [700213, 50000]],
  ['a description alone', { error_codes: undefined }, [700213]],
  ['an empty list', { error_codes: [] }, [700213]],
  ['a list of nothing useful', { error_codes: ['none', '', true, [5], -1, 0.5] }, [700213]],
  ['one number that is no list', { error_codes: 700016 }, [700213]],
  [
    'a description with several',
    {
      error_codes: undefined,
      error_description: 'AADSTS70002: Error validating credentials. AADSTS500133: Assertion is …',
    },
    [70002, 500133],
  ],
  [
    'a description without one',
    {
      error_codes: undefined,
      error_description: 'AADSTS, XAADSTS700213, AADSTS12, AADSTS12345678',
    },
    [],
  ],
  ['a description that is no text', { error_codes: undefined, error_description: [700213] }, []],
];

describe('The numbers in a refusal of Entra', function () {
  this.timeout(30_000);
  let entra: RawEntra;
  before(async () => {
    entra = await new RawEntra().open();
  });
  after(() => entra.close());

  for (const [title, changes, numbers] of numberings) {
    it(`are ${JSON.stringify(numbers)} for ${title}, and nothing of its text is read`, async () => {
      const body = JSON.stringify({ ...refusal, ...changes });
      entra.bytes = Buffer.from(bytesOf(401, [], body));
      const outcome = await entraThrough(entra.network).exchange(anyExchange);
      assert.ok(!outcome.granted);
      assert.equal(outcome.status, 401);
      assert.deepEqual(outcome.aadsts, numbers);
      assert.doesNotMatch(JSON.stringify(outcome), /AADSTS|No matching/);
    });
  }
});
