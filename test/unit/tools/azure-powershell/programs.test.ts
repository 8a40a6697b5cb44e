import assert from 'node:assert/strict';
import { findPowerShells, forgetContext } from '../../../../src/tools/azure-powershell/programs.ts';
import { FakeTools } from '../../../support/fake-tools.ts';

describe('PowerShell', () => {
  for (const [programs, found] of [
    [
      ['pwsh', 'powershell'],
      ['/bin/pwsh', '/bin/powershell'],
    ],
    [['powershell'], ['/bin/powershell']],
    [[], []],
  ] as const) {
    it(`is ${found.join(', then ') || 'not there'} with ${programs.join(' and ') || 'nothing'}`, async () => {
      assert.deepEqual(await findPowerShells(new FakeTools(programs)), found);
    });
  }

  it('forgets a context where the module is that made it', async () => {
    const tools = new FakeTools(['pwsh', 'powershell'], (_, index) => ({
      exitCode: index === 0 ? 71 : 0,
    }));
    assert.equal(await forgetContext('context', tools), true);
    assert.match(String(tools.runs[1]?.input), /Disconnect-AzAccount -ContextName 'context'/);
  });

  it('says so where that fails, or there is none any more', async () => {
    assert.equal(
      await forgetContext('c', new FakeTools(['pwsh'], () => ({ exitCode: 72 }))),
      false,
    );
    assert.equal(await forgetContext('c', new FakeTools()), false);
  });
});
