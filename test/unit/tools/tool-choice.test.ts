import assert from 'node:assert/strict';
import {
  leavesIdentity,
  toolsInput,
  wantedTools,
  type ToolChoice,
} from '../../../src/tools/tool-choice.ts';
import { aServiceConnection } from '../../support/builders.ts';

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
    ['GIT', ['git']],
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

  const named = (choice: ToolChoice): readonly string[] =>
    wantedTools(choice, aServiceConnection()).map(({ name }) => name);

  it('wants the named tools with a list, and nothing with none', () => {
    assert.deepEqual(named(['azureCli', 'git']), ['azureCli', 'git']);
    assert.deepEqual(named([]), []);
  });

  it('means git with auto only for a connection to Azure DevOps', () => {
    assert.deepEqual(named('auto'), ['azureCli', 'azurePowerShell']);
  });

  for (const [choice, isBeside] of [
    ['auto', false],
    [[], false],
    [['azureCli', 'git'], false],
    [['git'], true],
  ] as const) {
    it(`${isBeside ? 'leaves' : 'sets'} the identity of the job with ${JSON.stringify(choice)}`, () => {
      assert.equal(leavesIdentity(choice), isBeside);
    });
  }
});
