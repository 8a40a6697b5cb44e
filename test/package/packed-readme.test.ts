import assert from 'node:assert/strict';
import { addressOf } from '../../scripts/address.mjs';
import { packedReadme } from '../../scripts/packed-readme.mjs';

describe('The README on its way into the package', () => {
  const repository = 'https://example.com/contoso/tasks';
  const packed = ['images/flow.png', 'CHANGELOG.md'];
  const packedHere = (...lines: readonly string[]): readonly string[] =>
    packedReadme(lines.join('\n'), { packed }).split('\n');
  const packedWithAddress = (...lines: readonly string[]): readonly string[] =>
    packedReadme(lines.join('\n'), { packed, repository }).split('\n');
  const leadsFromThePage = [
    '![a flow](images/flow.png) and [changes](CHANGELOG.md), [below](#limits), [Entra](https://example.com)',
    '`[code](docs/DESIGN.md)`',
    '```md',
    '[code](docs/DESIGN.md)',
    '```',
  ];

  it('keeps what leads somewhere from the page, and code, with an address and without', () => {
    assert.deepEqual(packedHere(...leadsFromThePage), leadsFromThePage);
    assert.deepEqual(packedWithAddress(...leadsFromThePage), leadsFromThePage);
  });

  it('leads other links into the repository, where its address is known', () => {
    const at = `${repository}/blob/HEAD`;
    assert.deepEqual(
      packedWithAddress('Read [the design](docs/DESIGN.md) and [`a`](docs/A.md#b).'),
      [`Read [the design](${at}/docs/DESIGN.md) and [\`a\`](${at}/docs/A.md#b).`],
    );
  });

  it('leaves out a line that refers to a document, where nobody says where to find it', () => {
    assert.deepEqual(packedHere('It works.', 'Read [the design](docs/DESIGN.md).', 'It ends.'), [
      'It works.',
      'It ends.',
    ]);
  });

  it('keeps the words of items and rows, whose links are an aside', () => {
    assert.deepEqual(
      packedHere(
        '- in [a container](docs/A.md)',
        '1. [convert](docs/B.md) it',
        '| [a](docs/A.md) |',
      ),
      ['- in a container', '1. convert it', '| a |'],
    );
  });

  it('leaves out a list of links, and a heading that has nothing below it any more', () => {
    assert.deepEqual(
      packedHere(
        '# Tasks',
        '',
        '## Read on',
        '',
        '- [a](docs/A.md) · [b](docs/B.md)',
        '',
        '## End',
        '',
        'Bye.',
      ),
      ['# Tasks', '', '## End', '', 'Bye.'],
    );
  });

  it('knows in which folder of the repository a page lies', () => {
    const link = '[the manual](../docs/WIF.md#check)';
    const place = { packed: [], repository, folder: 'wif' };
    assert.equal(
      packedReadme(link, place),
      `[the manual](${repository}/blob/HEAD/docs/WIF.md#check)`,
    );
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

  for (const address of [
    'https://x-access-token:ghs_abc@github.com/contoso/tasks.git',
    'git+https://ghs_abc@github.com/contoso/tasks',
    'http://robot:ghs_abc@github.com/contoso/tasks',
    'https://github.com/contoso/tasks?token=ghs_abc',
    'https://github.com/contoso/tasks#ghs_abc',
    'https:/me:ghs_abc@github.com/contoso/tasks',
    'me:ghs_abc@github.com:contoso/tasks.git',
  ]) {
    it(`refuses ${address.replace('ghs_abc', 'a token')}, and quotes no user`, () => {
      assert.throws(
        () => addressOf(address),
        ({ message }: Error) =>
          /https address|more than a host/.test(message) && !message.includes('ghs_abc'),
      );
    });
  }

  it('refuses an address below which its links would lead nowhere', () => {
    const address = 'https://dev.azure.com/contoso/shop/_git/tasks';
    assert.throws(
      () => addressOf(address),
      /Azure Repos; the package needs a host .* \/blob\/HEAD\//,
    );
  });
});
