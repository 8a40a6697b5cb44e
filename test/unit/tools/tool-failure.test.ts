import assert from 'node:assert/strict';
import { toolFailure, type ToolAttempt } from '../../../src/tools/tool-failure.ts';
import { aServiceConnection, anIdToken } from '../../support/builders.ts';

const attempt: ToolAttempt = {
  tool: 'Azure CLI',
  purpose: 'sign in',
  connection: aServiceConnection(),
  idToken: anIdToken(),
  timeoutMs: 180_000,
};
const silent = { output: '', errors: '' };

describe("A tool's failure", () => {
  it("is Entra's where the tool quotes a number, without the words around it", () => {
    const errors = 'ERROR: AADSTS700213: No matching … assertion eyJhbGci';
    const failure = toolFailure({ ...silent, exitCode: 1, errors }, attempt);
    assert.equal(failure.code, 'AADSTS700213');
    assert.match(failure.message, /no federated credential has the subject/);
    assert.doesNotMatch(failure.message + failure.remedy, /eyJhbGci|No matching/);
  });

  for (const [outcome, words] of [
    [{ exitCode: 1 }, 'ended with exit code 1'],
    [{ trouble: 'timeout' }, 'did not end within 180 seconds'],
    [{ trouble: 'not started' }, 'could not be started'],
    [{ trouble: 'ended' }, 'was ended by something else'],
  ] as const) {
    it(`tells that it ${words}, and nothing that was printed`, () => {
      const printed = { output: 'secret-out', errors: 'secret-err' };
      const failure = toolFailure({ ...printed, ...outcome }, attempt);
      assert.equal(failure.code, 'AZURE_CLI_FAILED');
      assert.match(failure.message, new RegExp(`could not sign in .*: it ${words}\\.$`));
      assert.doesNotMatch(failure.message + failure.remedy, /secret-/);
    });
  }

  it('has the code of its tool', () => {
    const failure = toolFailure(
      { ...silent, exitCode: 72 },
      { ...attempt, tool: 'Azure PowerShell' },
    );
    assert.equal(failure.code, 'AZURE_POWERSHELL_FAILED');
  });
});
