import assert from 'node:assert/strict';
import { endOfJobAccessToken } from '../../../src/id-token/job-access-token.ts';
import { Secret } from '../../../src/secret.ts';
import { aJwt, noon } from '../../support/builders.ts';

describe("the end of the job's access token", () => {
  it('is what the token says', () => {
    const token = new Secret(aJwt({ exp: noon.getTime() / 1_000 }));
    assert.deepEqual(endOfJobAccessToken(token), noon);
  });

  for (const text of [
    'opaque',
    'a.b.c',
    '..',
    aJwt({}),
    aJwt(null),
    aJwt({ exp: 'soon' }),
    aJwt({ exp: -1 }),
    aJwt({ exp: 1e300 }),
  ]) {
    it(`is not known from ${text.slice(0, 60)}`, () => {
      assert.equal(endOfJobAccessToken(new Secret(text)), undefined);
    });
  }
});
