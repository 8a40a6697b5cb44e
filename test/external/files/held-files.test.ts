import assert from 'node:assert/strict';
import { useFakeTimers } from 'sinon';
import { onceFree } from '../../../src/external/files/held-files.ts';

const failing = (code: string): Error => Object.assign(new Error(code), { code });

describe('A file that another program holds', () => {
  for (const code of ['EPERM', 'EBUSY']) {
    it(`is waited for while the system says ${code}`, async () => {
      let attempts = 0;
      const work = (): Promise<string> => {
        attempts += 1;
        return attempts < 4 ? Promise.reject(failing(code)) : Promise.resolve('done');
      };
      assert.equal(await onceFree(work), 'done');
      assert.equal(attempts, 4);
    });
  }

  it('is waited for no longer than two seconds', async () => {
    // The time of a clock that nothing but the waiting moves: a busy machine takes longer.
    const clock = useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const last = failing('EBUSY');
      const refused = assert.rejects(
        onceFree(() => Promise.reject(last)),
        last,
      );
      await clock.runAllAsync();
      await refused;
      assert.ok(clock.now > 1_000 && clock.now < 2_000, `${clock.now} ms`);
    } finally {
      clock.restore();
    }
  });

  for (const code of ['ENOENT', 'EACCES', 'ENOSPC']) {
    it(`is not waited for where the system says ${code}`, async () => {
      let attempts = 0;
      const work = (): Promise<never> => {
        attempts += 1;
        return Promise.reject(failing(code));
      };
      await assert.rejects(onceFree(work), { code });
      assert.equal(attempts, 1);
    });
  }
});
