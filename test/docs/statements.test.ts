import assert from 'node:assert/strict';
import { packedReadme } from '../../scripts/packed-readme.mjs';
import { exists, textOf } from '../support/markdown.ts';
import { statements } from './statements.ts';

const packed = [
  'images/overview.png',
  'images/run-log.png',
  'images/results-tab-good.png',
  'images/results-tab-bad.png',
  'CHANGELOG.md',
  'LICENSE',
];

describe('What the README says', () => {
  const readme = textOf('README.md');

  for (const { says, shown, by } of statements) {
    it(`is shown by a ${shown}: ${says}`, () => {
      assert.ok(readme.includes(says), 'the README does not say so any more');
      const ofKind = by.filter((path) => path.startsWith('test/') === (shown === 'test'));
      assert.ok(ofKind.length > 0, `none of ${by.join(', ')} is a ${shown}`);
      assert.deepEqual(
        by.filter((path) => !exists(path)),
        [],
      );
    });
  }

  it('is all in that table, but for code, headings and references', () => {
    const withoutCode = readme.replace(/^```[^]*?^```$/gm, '');
    const lines = packedReadme(withoutCode, { packed }).split('\n');
    const isStatement = (line: string): boolean =>
      /^(?!#|!\[|\| -|\| (you have|task) )\s*\S/.test(line);
    // A reference loses its link on the way, and no statement is in one.
    const known = statements.map(({ says }) => packedReadme(says, { packed }));
    const missing = lines
      .filter(isStatement)
      .filter((line) => !known.some((says) => line.includes(says)));
    assert.deepEqual(missing, []);
  });
});
