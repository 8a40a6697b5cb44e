import assert from 'node:assert/strict';
import {
  extendedModulePath,
  newestHostedModules,
} from '../../../../src/tools/azure-powershell/hosted-modules.ts';
import { FakeMachineFolders } from '../../../support/fake-machine-folders.ts';

describe('The modules of a Microsoft-hosted image', () => {
  for (const { lie, folders, newest } of [
    { lie: 'nowhere', folders: [], newest: undefined },
    {
      lie: 'in the newest folder by version, not by text',
      folders: ['az_9.3.0/Az.Accounts', 'az_12.1.0/Az.Accounts', 'az_12.0.9/Az.Accounts'],
      newest: '/usr/share/az_12.1.0',
    },
    {
      lie: 'in the newest folder that has the module',
      folders: ['az_9.3.0/Az.Accounts', 'az_13.0.0/Az.Storage', 'az_14.0.0'],
      newest: '/usr/share/az_9.3.0',
    },
    {
      lie: 'in no folder of another name',
      folders: ['az_9.3.0.zip', 'azurerm_6.13.1/Az.Accounts', 'az_new/Az.Accounts'],
      newest: undefined,
    },
  ] as const) {
    it(`lie ${lie}`, async () => {
      const machine = new FakeMachineFolders(folders.map((path) => `/usr/share/${path}`));
      assert.equal(await newestHostedModules(false, machine), newest);
    });
  }

  it('lie on another drive folder on Windows', async () => {
    const machine = new FakeMachineFolders([
      'C:\\Modules\\az_9.3.0\\Az.Accounts',
      'C:\\Modules\\az_12.1.0\\Az.Accounts',
    ]);
    assert.equal(await newestHostedModules(true, machine), 'C:\\Modules\\az_12.1.0');
  });

  for (const [title, environment, isWindows, folder, path] of [
    ['alone', {}, false, '/usr/share/az_12.1.0', '/usr/share/az_12.1.0'],
    ['behind what was there', { PSModulePath: '/mine::/ours' }, false, '/az', '/mine:/ours:/az'],
    ['once', { PSModulePath: '/az:/mine' }, false, '/az', '/az:/mine'],
    [
      'in the spelling of Windows',
      { PSMODULEPATH: 'C:\\a;D:\\b' },
      true,
      'C:\\c',
      'C:\\a;D:\\b;C:\\c',
    ],
  ] as const) {
    it(`stand in PSModulePath ${title}`, () => {
      assert.equal(extendedModulePath(environment, folder, isWindows), path);
    });
  }
});
