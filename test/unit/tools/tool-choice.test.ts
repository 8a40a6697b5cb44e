import assert from 'node:assert/strict';
import { toolsInput, wants } from '../../../src/tools/tool-choice.ts';

const read = (tools: string): ReturnType<typeof toolsInput> => toolsInput({ input: () => tools });

describe('the input tools', () => {
  for (const [text, choice] of [
    ['', 'auto'],
    ['auto', 'auto'],
    ['AUTO', 'auto'],
    ['none', []],
    ['azureCli', ['azureCli']],
    ['azurecli', ['azureCli']],
    ['azurePowerShell', ['azurePowerShell']],
    ['azurePowerShell, azureCli', ['azureCli', 'azurePowerShell']],
    ['azureCli,azureCli', ['azureCli']],
    ['azureCli\nazurePowerShell', ['azureCli', 'azurePowerShell']],
  ] as const) {
    it(`means ${JSON.stringify(choice)} where it is ${JSON.stringify(text)}`, () => {
      assert.deepEqual(read(text), choice);
    });
  }

  for (const text of ['az', 'all', 'auto,azureCli', 'none,azureCli', 'azureCli terraform']) {
    it(`is refused where it is "${text}"`, () => {
      assert.throws(() => read(text), { code: 'INPUT_INVALID' });
    });
  }

  it('wants every tool with auto, the named ones with a list, and nothing with none', () => {
    assert.equal(wants('auto', 'azureCli'), true);
    assert.equal(wants(['azureCli'], 'azureCli'), true);
    assert.equal(wants(['azureCli'], 'azurePowerShell'), false);
    assert.equal(wants([], 'azureCli'), false);
  });
});
