import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findTaskSignIns } from '../../../src/azure-cli/task-profiles.ts';
import { sharedFolders } from '../../../src/external/files/shared-folders.ts';
import { ProfileFixture } from '../../support/azure-cli-profile.ts';

describe("The search for other tasks' sign-ins", () => {
  it("finds the profiles and ID token files of Microsoft's tasks below the temp folder, and nothing else", () => {
    const fixture = new ProfileFixture({ name: '.azclitask-x' });
    try {
      const within = (...names: string[]): string => join(fixture.temp, ...names);
      for (const name of ['.azclitask', '.bicepdeploy-y', '.azclitaskx', '.azure', 'azclitask-z']) {
        mkdirSync(within(name));
      }
      mkdirSync(within('helmTask', '1'), { recursive: true });
      mkdirSync(within('kubectlTask', '2'), { recursive: true });
      mkdirSync(within('otherTask', '3'), { recursive: true });
      writeFileSync(within('helmTask', '1', 'id_token'), 'jwt');
      writeFileSync(within('otherTask', '3', 'id_token'), 'jwt');
      const { profiles, idTokenFiles } = findTaskSignIns(fixture.temp, sharedFolders);
      assert.deepEqual([...profiles].sort(), [
        within('.azclitask'),
        within('.azclitask-x'),
        within('.bicepdeploy-y'),
      ]);
      assert.deepEqual(idTokenFiles, [
        { folder: within('helmTask', '1'), path: within('helmTask', '1', 'id_token') },
      ]);
    } finally {
      fixture.remove();
    }
  });

  it('looks at 64 of each kind at most, and finds nothing where there is no folder', () => {
    const folders = {
      ...sharedFolders,
      names: (folder: string) =>
        folder === '/temp'
          ? ['helmTask', ...Array.from({ length: 100 }, (_, index) => `.azclitask-${index}`)]
          : Array.from({ length: 100 }, (_, index) => String(index)),
      identity: () => 'a folder',
      stamp: () => 'a file',
    };
    const { profiles, idTokenFiles } = findTaskSignIns('/temp', folders);
    assert.deepEqual([profiles.length, idTokenFiles.length], [64, 64]);
    assert.deepEqual(findTaskSignIns('/no such folder', sharedFolders), {
      profiles: [],
      idTokenFiles: [],
    });
  });
});
