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

  it('has of two anchors of a name the last one before the alias', () => {
    const reading = readYaml('a: &a x\nb: &a y\nc: *a\nd: &a z\n');
    assert.ok('documents' in reading);
    const [root] = reading.documents;
    assert.ok(root?.kind === 'map');
    const texts = root.entries.map(({ value }) => value.kind === 'text' && value.text);
    assert.deepEqual(texts, ['x', 'y', 'y', 'z']);
  });

  // In quadratic time it takes minutes, and the limit of every test is passed.
  it('is read without delay where aliases are all there is', () => {
    const aliases = Array.from({ length: 90_000 }, () => '*a').join(', ');
    assert.ok('documents' in readYaml(`a: &a x\nb: [${aliases}]\n`));
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
