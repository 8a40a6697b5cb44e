import assert from 'node:assert/strict';
import { FederationError } from '../../../src/errors.ts';
import { onDisk } from '../../../src/external/files/disk-trouble.ts';
import { isHeld } from '../../../src/external/files/held-files.ts';

const failing = (code: string) => (): Promise<never> =>
  Promise.reject(Object.assign(new Error('the text stays behind'), { code }));

const code = 'TEMP_FOLDER_UNWRITABLE';

describe('A disk that takes nothing', () => {
  for (const { system, says } of [
    { system: 'ENOSPC', says: 'so it is full (ENOSPC)' },
    { system: 'EACCES', says: 'this user may not write there (EACCES)' },
    // So Windows refuses: it has no other word for a folder that belongs to somebody else.
    { system: 'EPERM', says: 'this user may not write there (EPERM)' },
    { system: 'ELOOP', says: 'links on the way there lead in a circle (ELOOP)' },
    { system: 'ESTALE', says: 'its network drive has lost it (ESTALE)' },
  ]) {
    it(`is told in words for ${system}`, async () => {
      const error = await onDisk('/agent/_temp/x', failing(system)).catch((it: unknown) => it);
      assert.ok(error instanceof FederationError);
      assert.equal(error.code, code);
      assert.ok(error.message.includes(says), error.message);
    });
  }

  it('is none where a file that is to go is held by another program', async () => {
    const remove = (system: string): Promise<unknown> => onDisk('/x', failing(system), isHeld);
    await assert.rejects(remove('EPERM'), { code: 'EPERM' });
    await assert.rejects(remove('EACCES'), { code });
  });

  it('is none for what has nothing to do with it', async () => {
    await assert.rejects(onDisk('/x', failing('EMFILE')), { code: 'EMFILE' });
  });
});
