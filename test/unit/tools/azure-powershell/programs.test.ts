import assert from 'node:assert/strict';
import {
  findPowerShells,
  forgetContext,
  inOrderOfHope,
  namesOf,
} from '../../../../src/tools/azure-powershell/programs.ts';
import { FakeMachineFolders } from '../../../support/fake-machine-folders.ts';
import { FakeTools } from '../../../support/fake-tools.ts';

const folders = new FakeMachineFolders();
const environment = {
  USERPROFILE: 'C:\\Users\\me',
  ProgramFiles: 'C:\\Program Files',
  SystemRoot: 'C:\\Windows',
};
const documents = 'C:\\Users\\me\\Documents';
const two = [
  'C:\\Program Files\\PowerShell\\7\\pwsh.exe',
  'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe',
];

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

  for (const [has, module, order] of [
    ['neither has', 'C:\\none', ['pwsh not seen', 'powershell not seen']],
    [
      'the older one has',
      'C:\\Program Files\\WindowsPowerShell\\Modules\\Az.Accounts',
      ['powershell seen', 'pwsh not seen'],
    ],
    [
      'the current one has',
      'C:\\Program Files\\PowerShell\\Modules\\Az.Accounts',
      ['pwsh seen', 'powershell not seen'],
    ],
  ] as const) {
    it(`is tried first where the module is: ${has} it`, async () => {
      const machine = new FakeMachineFolders([module], { documents });
      const shells = await inOrderOfHope(two, environment, machine);
      const told = shells.map((shell) => `${namesOf([shell.program])} ${shell.module}`);
      assert.deepEqual(told, order);
    });
  }

  it('is named as a person names it', () => {
    assert.equal(namesOf(two), 'pwsh and powershell');
    assert.equal(namesOf(['/usr/bin/pwsh']), 'pwsh');
  });

  it('forgets a context where the module is that made it', async () => {
    const tools = new FakeTools(['pwsh', 'powershell'], (_, index) => ({
      exitCode: index === 0 ? 71 : 0,
    }));
    assert.equal(await forgetContext('context', {}, { tools, folders }), true);
    assert.match(String(tools.runs[1]?.input), /Disconnect-AzAccount -ContextName 'context'/);
  });

  it('says so where that fails, or there is none any more', async () => {
    const failing = new FakeTools(['pwsh'], () => ({ exitCode: 72 }));
    assert.equal(await forgetContext('c', {}, { tools: failing, folders }), false);
    assert.equal(await forgetContext('c', {}, { tools: new FakeTools(), folders }), false);
  });
});
