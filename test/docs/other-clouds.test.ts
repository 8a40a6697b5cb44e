import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { refusalWords, serverRefusals } from '../conformance/refusal-words.ts';

const repository = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(repository, 'docs', 'OTHER-CLOUDS.md'), 'utf8');
const folder = join(repository, 'examples', 'other-clouds');

describe('docs/OTHER-CLOUDS.md', () => {
  const shown = readdirSync(folder).filter((name) => /\.(yml|hcl)$/.test(name));

  it('has pipelines to show', () => assert.ok(shown.length >= 6, String(shown)));

  for (const name of shown) {
    it(`shows ${name} as it is in examples/other-clouds`, () => {
      const language = name.endsWith('.hcl') ? 'hcl' : 'yaml';
      const text = readFileSync(join(folder, name), 'utf8');
      assert.ok(page.includes(`\`\`\`${language}\n${text}\`\`\`\n`));
    });
  }

  for (const [title, words] of Object.entries(refusalWords)) {
    it(`quotes how clouds refuse a ${title}, in the words that real clients were given`, () => {
      for (const text of Object.values(words)) assert.ok(page.includes(text), text);
    });
  }

  for (const [server, words] of Object.entries(serverRefusals)) {
    it(`quotes how the code of ${server} refuses a token`, () => {
      for (const text of Object.values(words)) assert.ok(page.includes(text), text);
    });
  }

  it('names the variable that must not lead to another cloud only to warn of it', () => {
    assert.equal(page.split('AZURE_FEDERATED_TOKEN_FILE').length, 2);
  });
});
