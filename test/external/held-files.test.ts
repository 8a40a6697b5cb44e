import assert from 'node:assert/strict';
import { onceFree } from '../../src/external/held-files.ts';

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
    const startedAt = performance.now();
    const last = failing('EBUSY');
    await assert.rejects(
      onceFree(() => Promise.reject(last)),
      last,
    );
    const tookMs = performance.now() - startedAt;
    assert.ok(tookMs > 1_000 && tookMs < 2_000, `${tookMs} ms`);
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
