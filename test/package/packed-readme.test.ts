import assert from 'node:assert/strict';
import { addressOf, packedReadme } from '../../scripts/packed-readme.mjs';

describe('The README on its way into the package', () => {
  const repository = 'https://example.com/contoso/tasks';
  const page = [
    '![a flow](images/flow.png) and [changes](CHANGELOG.md), [below](#limits), [Entra](https://example.com)',
    '[docs/DESIGN.md](docs/DESIGN.md) and [`a.yml`](docs/MORE.md#a-heading)',
    '`[code](docs/DESIGN.md)`',
    '```md',
    '[code](docs/DESIGN.md)',
    '```',
  ];
  const packed = ['images/flow.png', 'CHANGELOG.md'];

  it('keeps the words of a link whose file stays behind, where nobody says where to find it', () => {
    const [first = '', , ...code] = page;
    assert.deepEqual(packedReadme(page.join('\n'), { packed }).split('\n'), [
      first,
      'docs/DESIGN.md and `a.yml`',
      ...code,
    ]);
  });

  it('leads such a link into the repository, where package.json names it', () => {
    const [first = '', , ...code] = page;
    assert.deepEqual(packedReadme(page.join('\n'), { packed, repository }).split('\n'), [
      first,
      `[docs/DESIGN.md](${repository}/blob/HEAD/docs/DESIGN.md) and [\`a.yml\`](${repository}/blob/HEAD/docs/MORE.md#a-heading)`,
      ...code,
    ]);
  });

  it('refuses a picture that stays behind', () => {
    assert.throws(
      () => packedReadme('![a flow](images/other.png)', { packed, repository }),
      /images\/other\.png, which is not packed/,
    );
  });

  it('understands the ways in which package.json may name the repository', () => {
    assert.equal(addressOf(undefined), undefined);
    assert.equal(addressOf(repository), repository);
    assert.equal(addressOf({ url: `git+${repository}.git` }), repository);
    assert.throws(() => addressOf('github:contoso/tasks'), /github:contoso\/tasks.*https/);
  });
});
