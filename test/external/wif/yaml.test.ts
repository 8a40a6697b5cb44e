import assert from 'node:assert/strict';
import { readYaml } from '../../../wif/external/yaml.ts';

describe('The YAML of a pipeline', () => {
  it('is read with its aliases and merged keys', () => {
    const reading = readYaml('a: &a [1, 2]\nb: *a\n');
    assert.ok('documents' in reading);
    const [root] = reading.documents;
    assert.ok(root?.kind === 'map');
    assert.deepEqual(
      root.entries.map(({ value }) => value.kind === 'list' && value.items.length),
      [2, 2],
    );
  });

  it('is refused where a few aliases stand for billions of values', () => {
    const lists = Array.from('bcdefghij', (name) => {
      const before = `*${String.fromCharCode(name.charCodeAt(0) - 1)}`;
      return `${name}: &${name} [${Array.from({ length: 10 }, () => before).join(', ')}]`;
    });
    const reading = readYaml(['a: &a [x, x, x, x, x, x, x, x, x, x]', ...lists].join('\n'));
    assert.deepEqual(reading, { mistake: 'it stands for more than 200000 values', line: 1 });
  });
});
