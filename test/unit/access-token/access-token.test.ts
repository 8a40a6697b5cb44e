import fc from 'fast-check';
import assert from 'node:assert/strict';
import { accessTokenLifeMs } from '../../../src/access-token/access-token.ts';
import { anAccessToken, later, minutes, noon } from '../../support/builders.ts';

describe('the life of an access token', () => {
  it('lasts until its expiry, less a second of rounding', () => {
    assert.equal(accessTokenLifeMs(anAccessToken(), noon), minutes(60) - 1_000);
  });

  it('is never negative, and never longer than what the expiry leaves', () => {
    fc.assert(
      fc.property(fc.integer({ min: -minutes(60), max: minutes(60) }), (ms) => {
        const life = accessTokenLifeMs(anAccessToken({ expiresOn: later(ms) }), noon);
        assert.ok(life >= 0 && life <= Math.max(0, ms));
      }),
    );
  });
});
