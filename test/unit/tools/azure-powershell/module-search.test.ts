import assert from 'node:assert/strict';
import { lookForModule } from '../../../../src/tools/azure-powershell/module-search.ts';
import { FakeMachineFolders } from '../../../support/fake-machine-folders.ts';

interface Layout {
  readonly is: string;
  readonly module?: string;
  readonly others?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly sighting: 'seen' | 'not seen' | 'unsure';
}

const linux = { HOME: '/home/me' };
const link = { links: { '/usr/bin/pwsh': '/opt/microsoft/powershell/7/pwsh' } };

const onLinux: readonly Layout[] = [
  { is: 'nowhere', sighting: 'not seen' },
  {
    is: "in the user's folder",
    module: '/home/me/.local/share/powershell/Modules/Az.Accounts',
    sighting: 'seen',
  },
  {
    is: "in the user's folder, which XDG_DATA_HOME has moved",
    module: '/data/powershell/Modules/Az.Accounts',
    environment: { XDG_DATA_HOME: '/data' },
    sighting: 'seen',
  },
  {
    is: 'in the folder that XDG_DATA_HOME leaves aside',
    module: '/home/me/.local/share/powershell/Modules/Az.Accounts',
    environment: { XDG_DATA_HOME: '/data' },
    sighting: 'not seen',
  },
  {
    is: 'in the folder of all users',
    module: '/usr/local/share/powershell/Modules/Az.Accounts',
    sighting: 'seen',
  },
  {
    is: 'beside the program that a link leads to',
    module: '/opt/microsoft/powershell/7/Modules/Az.Accounts',
    sighting: 'seen',
  },
  { is: 'beside the link', module: '/usr/bin/Modules/Az.Accounts', sighting: 'not seen' },
  {
    is: 'in the last directory of PSModulePath',
    module: '/usr/share/az_12.1.0/Az.Accounts',
    environment: { PSModulePath: '/empty::/usr/share/az_12.1.0' },
    sighting: 'seen',
  },
  {
    is: 'in PSMODULEPATH, as the agent spells names',
    module: '/modules/Az.Accounts',
    environment: { PSMODULEPATH: '/modules' },
    sighting: 'not seen',
  },
  {
    is: 'in a folder of an image, off the path',
    module: '/usr/share/az_12.1.0/Az.Accounts',
    sighting: 'not seen',
  },
  {
    is: 'not the only module there is',
    others: ['/usr/local/share/powershell/Modules/Az.Storage'],
    sighting: 'not seen',
  },
  {
    is: 'where a configuration beside PowerShell says',
    others: ['/opt/microsoft/powershell/7/powershell.config.json'],
    sighting: 'unsure',
  },
  {
    is: "where the user's configuration says",
    others: ['/home/me/.config/powershell/powershell.config.json'],
    sighting: 'unsure',
  },
];

const windows = {
  USERPROFILE: 'C:\\Users\\me',
  ProgramFiles: 'C:\\Program Files',
  SystemRoot: 'C:\\Windows',
};
const documents = 'C:\\Users\\me\\Documents';
const pwsh = 'C:\\Program Files\\PowerShell\\7\\pwsh.exe';
const powershell = 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe';

interface WindowsLayout extends Layout {
  readonly program: string;
  readonly documents?: string;
}

const onWindows: readonly WindowsLayout[] = [
  { is: 'nowhere', program: pwsh, sighting: 'not seen' },
  { is: 'nowhere', program: powershell, sighting: 'not seen' },
  {
    is: "in the user's folder",
    program: pwsh,
    module: `${documents}\\PowerShell\\Modules\\Az.Accounts`,
    sighting: 'seen',
  },
  {
    is: 'in the folder of the other PowerShell',
    program: powershell,
    module: `${documents}\\PowerShell\\Modules\\Az.Accounts`,
    sighting: 'not seen',
  },
  {
    is: "in the user's folder",
    program: powershell,
    module: `${documents}\\WindowsPowerShell\\Modules\\Az.Accounts`,
    sighting: 'seen',
  },
  {
    is: 'in the folder of all users',
    program: pwsh,
    module: 'C:\\Program Files\\PowerShell\\Modules\\Az.Accounts',
    sighting: 'seen',
  },
  {
    is: 'in the folder of all users',
    program: powershell,
    module: 'C:\\Program Files\\WindowsPowerShell\\Modules\\Az.Accounts',
    sighting: 'seen',
  },
  {
    is: 'beside the program',
    program: pwsh,
    module: 'C:\\Program Files\\PowerShell\\7\\Modules\\Az.Accounts',
    sighting: 'seen',
  },
  {
    is: 'in the folder of the system',
    program: pwsh,
    module: 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\Modules\\Az.Accounts',
    sighting: 'seen',
  },
  {
    is: 'in PSModulePath, whatever its spelling',
    program: powershell,
    module: 'C:\\Modules\\az_12.1.0\\Az.Accounts',
    environment: { PSMODULEPATH: 'C:\\empty;C:\\Modules\\az_12.1.0' },
    sighting: 'seen',
  },
  {
    is: 'in a redirected folder, say',
    program: pwsh,
    documents: '\\\\server\\homes\\me\\Documents',
    sighting: 'unsure',
  },
  {
    is: 'in a folder of which the system tells nothing',
    program: pwsh,
    environment: { USERPROFILE: '' },
    sighting: 'unsure',
  },
  {
    is: 'where a configuration beside PowerShell says',
    program: pwsh,
    others: ['C:\\Program Files\\PowerShell\\7\\powershell.config.json'],
    sighting: 'unsure',
  },
  {
    is: "where the user's configuration says",
    program: pwsh,
    others: [`${documents}\\PowerShell\\powershell.config.json`],
    sighting: 'unsure',
  },
  {
    is: 'nowhere, with a configuration that only PowerShell 7 reads',
    program: powershell,
    others: ['C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.config.json'],
    sighting: 'not seen',
  },
];

describe('The module Az.Accounts', () => {
  for (const { is, module = '/none', others = [], environment, sighting } of onLinux) {
    it(`is ${sighting} on Linux: ${is}`, async () => {
      const machine = new FakeMachineFolders([module, ...others], link);
      const known = { ...linux, ...environment };
      assert.equal(await lookForModule('/usr/bin/pwsh', known, machine), sighting);
    });
  }

  for (const layout of onWindows) {
    const { is, program, module = 'C:\\none', others = [], environment, sighting } = layout;
    const name = program === pwsh ? 'PowerShell 7' : 'Windows PowerShell';
    it(`is ${sighting} on Windows, for ${name}: ${is}`, async () => {
      const more = { documents: layout.documents ?? documents };
      const machine = new FakeMachineFolders([module, ...others], more);
      assert.equal(await lookForModule(program, { ...windows, ...environment }, machine), sighting);
    });
  }
});
