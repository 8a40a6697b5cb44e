import assert from 'node:assert/strict';
import { readGitVersion } from '../../../../src/tools/git/version.ts';

describe('the version of git', () => {
  for (const [output, text, isOld] of [
    ['git version 2.39.5\n', '2.39.5', false],
    ['git version 2.31.0\n', '2.31.0', false],
    ['git version 2.30.9\n', '2.30.9', true],
    ['git version 1.8.3.1\n', '1.8.3.1', true],
    ['git version 3.0.0-rc1\n', '3.0.0-rc1', false],
    ['git version 2.47.0.windows.1\r\n', '2.47.0.windows.1', false],
    ['git version 2.39.3 (Apple Git-146)\n', '2.39.3', false],
  ] as const) {
    it(`${text} is ${isOld ? 'too old' : 'new enough'}`, () => {
      assert.deepEqual(readGitVersion(output), { text, isOld });
    });
  }

  for (const output of ['', 'xcode-select: error', 'a git version 2.39.5']) {
    it(`is not read from ${JSON.stringify(output)}`, () => {
      assert.equal(readGitVersion(output), undefined);
    });
  }
});
