import assert from 'node:assert/strict';
import { devopsTraitsOf } from '../../../wif/administration/devops-token-rules.ts';

const traitsOf = (text: string): readonly string[] => devopsTraitsOf(text, () => false);

describe('The rules for tokens of Azure DevOps in scripts', () => {
  for (const password of ['$(pat)', '$PAT', '%PAT%', 'ab$c%d!', 'x'.repeat(2_000)]) {
    it(`find a password in an address: ${password.slice(0, 20)}`, () => {
      const address = `https://u:${password}@dev.azure.com/contoso`;
      assert.deepEqual(traitsOf(`git clone ${address}`), ['token-in-url']);
    });
  }

  // Where a letter can be read in two ways they take minutes, and the limit of every test is passed.
  it('take no long time for an address of nothing but variables', () => {
    for (const part of ['$a', '%a%', '$(a)', '!a!', '$', 'a']) {
      for (const user of ['', 'u:']) {
        assert.deepEqual(traitsOf(`git clone https://${user}${part.repeat(4_000)}/x`), []);
      }
    }
  });
});
