import assert from 'node:assert/strict';
import { Secret } from '../../../src/secret.ts';
import { toolFailure, type ToolAttempt } from '../../../src/tools/tool-failure.ts';
import { aServiceConnection, anIdToken } from '../../support/builders.ts';

const attempt: ToolAttempt = {
  tool: 'Azure CLI',
  purpose: 'sign in',
  connection: aServiceConnection(),
  idToken: anIdToken(),
  timeoutMs: 180_000,
  known: [new Secret('the capability')],
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
    it(`tells that it ${words}, and nothing of its output`, () => {
      const printed = { output: 'secret-out', errors: '' };
      const failure = toolFailure({ ...printed, ...outcome }, attempt);
      assert.equal(failure.code, 'AZURE_CLI_FAILED');
      assert.match(failure.message, new RegExp(`could not sign in .*: it ${words}\\.$`));
      assert.doesNotMatch(failure.message + failure.remedy, /secret-/);
    });
  }

  it('quotes its last words, without what the step knows', () => {
    const errors = 'WARNING: old\nERROR: the capability was ##vso[refused]\n';
    const failure = toolFailure({ ...silent, exitCode: 1, errors }, attempt);
    assert.match(
      failure.message,
      /it ended with exit code 1\. Its last words: "ERROR: \*\*\* was #vso\[refused\]"\.$/,
    );
    assert.doesNotMatch(failure.message, /WARNING/);
  });

  it('has the code of its tool', () => {
    const failure = toolFailure(
      { ...silent, exitCode: 72 },
      { ...attempt, tool: 'Azure PowerShell' },
    );
    assert.equal(failure.code, 'AZURE_POWERSHELL_FAILED');
  });
});
