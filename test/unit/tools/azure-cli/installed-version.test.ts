import assert from 'node:assert/strict';
import {
  installedVersion,
  type InstalledVersion,
} from '../../../../src/tools/azure-cli/installed-version.ts';
import { azureCliPackage, InstalledTree, pipScript } from '../../../support/installed-tree.ts';

const version = '2.91.0';

/** As Microsoft's packages begin their launcher. */
const launcher = (start: string): string =>
  `#!/usr/bin/env bash\nbin_dir=\`cd "$(dirname "$BASH_SOURCE[0]")"; pwd\`\n${start} "$@"\n`;

const debian = launcher('AZ_INSTALLER=DEB "$bin_dir"/../../opt/az/bin/python3 -Im azure.cli');
const redHat = launcher(
  'AZ_INSTALLER=RPM PYTHONPATH="$bin_dir/../lib64/az/lib/python3.12/site-packages" $python_cmd -sm azure.cli',
);
const homebrew = (start: string): string =>
  `#!/usr/bin/env bash\nAZ_INSTALLER=HOMEBREW ${start} azure.cli "$@"\n`;
const archive = `#!/usr/bin/env bash
AZURE_CLI_SITE_PACKAGES="$INSTALL_DIR/libexec/lib/python\${PY_VER}/site-packages"
exec "$PYTHON" -sm azure.cli "$@"
`;
const windows = (python: string, flags: string): string =>
  `@IF EXIST "%~dp0${python}" (\r\n  "%~dp0${python}" -${flags}m azure.cli %*\r\n)\r\n`;
const debianOwn = "#!/usr/bin/python3\n\nimport runpy\n\nrunpy.run_module('azure.cli')\n";
const longPath = `#!/bin/sh\n'''exec' "/a path/venv/bin/python3" "$0" "$@"\n' '''\nimport os\nos.execl(sys.executable, sys.executable, '-m', 'azure.cli', *sys.argv[1:])\n`;

interface Layout {
  readonly what: string;
  readonly program: string;
  readonly tree: InstalledTree;
  /** Where the package lies. */
  readonly packages: string;
}

const tree = (): InstalledTree => new InstalledTree();

const layouts: readonly Layout[] = [
  {
    what: "pip's virtual environment",
    program: '/venv/bin/az',
    tree: tree().add('/venv/bin/az', pipScript('/venv/bin/python3')).add('/venv/pyvenv.cfg'),
    packages: '/venv/lib/python3.11/site-packages',
  },
  {
    what: 'pipx, behind a link',
    program: '/home/me/.local/bin/az',
    tree: tree()
      .link('/home/me/.local/bin/az', '/opt/pipx/venvs/azure-cli/bin/az')
      .add('/opt/pipx/venvs/azure-cli/bin/az', pipScript('/opt/pipx/venvs/azure-cli/bin/python'))
      .add('/opt/pipx/venvs/azure-cli/pyvenv.cfg'),
    packages: '/opt/pipx/venvs/azure-cli/lib/python3.13/site-packages',
  },
  {
    what: 'a virtual environment whose path goes through a shell',
    program: '/a path/venv/bin/az',
    tree: tree().add('/a path/venv/bin/az', longPath).add('/a path/venv/pyvenv.cfg'),
    packages: '/a path/venv/lib/python3.12/site-packages',
  },
  {
    what: 'pip for all users, on Debian',
    program: '/usr/local/bin/az',
    tree: tree().add('/usr/local/bin/az', pipScript('/usr/bin/python3')).add('/usr/bin/python3'),
    packages: '/usr/local/lib/python3.11/dist-packages',
  },
  {
    what: 'pip for one user',
    program: '/home/me/.local/bin/az',
    tree: tree().add('/home/me/.local/bin/az', pipScript('/usr/bin/python3')),
    packages: '/home/me/.local/lib/python3.11/site-packages',
  },
  {
    what: 'a Python of the tool cache, behind a link',
    program: '/tools/bin/az',
    tree: tree()
      .add('/tools/bin/az', pipScript('/tools/bin/python3'))
      .link('/tools/bin/python3', '/cache/Python/3.12/x64/bin/python3')
      .add('/cache/Python/3.12/x64/bin/python3'),
    packages: '/cache/Python/3.12/x64/lib/python3.12/site-packages',
  },
  {
    what: "Microsoft's package for Debian",
    program: '/usr/bin/az',
    tree: tree().add('/usr/bin/az', debian),
    packages: '/opt/az/lib/python3.12/site-packages',
  },
  {
    what: "Microsoft's package for Red Hat",
    program: '/usr/bin/az',
    tree: tree().add('/usr/bin/az', redHat),
    packages: '/usr/lib64/az/lib/python3.12/site-packages',
  },
  {
    what: 'Homebrew',
    program: '/opt/homebrew/bin/az',
    tree: tree()
      .link('/opt/homebrew/bin/az', '/opt/homebrew/Cellar/azure-cli/2.91.0/bin/az')
      .link('/opt/homebrew/opt/azure-cli', '/opt/homebrew/Cellar/azure-cli/2.91.0')
      .add(
        '/opt/homebrew/Cellar/azure-cli/2.91.0/bin/az',
        homebrew('/opt/homebrew/opt/azure-cli/libexec/bin/python -Im'),
      ),
    packages: '/opt/homebrew/Cellar/azure-cli/2.91.0/libexec/lib/python3.13/site-packages',
  },
  {
    what: 'the archive, behind a link',
    program: '/usr/local/bin/az',
    tree: tree()
      .link('/usr/local/bin/az', '/opt/azure-cli/libexec/bin/az')
      .add('/opt/azure-cli/libexec/bin/az', archive),
    packages: '/opt/azure-cli/libexec/lib/python3.13/site-packages',
  },
  {
    what: 'the installer of Windows',
    program: 'C:\\CLI2\\wbin\\az.cmd',
    tree: tree()
      .add('C:\\CLI2\\wbin\\az.cmd', windows('\\..\\python.exe', 'IB'))
      .add('C:\\CLI2\\python.exe'),
    packages: 'C:\\CLI2\\Lib\\site-packages',
  },
  {
    what: "pip's virtual environment on Windows",
    program: 'C:\\venv\\Scripts\\az.bat',
    tree: tree()
      .add('C:\\venv\\Scripts\\az.bat', windows('\\python.exe', ''))
      .add('C:\\venv\\Scripts\\python.exe')
      .add('C:\\venv\\pyvenv.cfg'),
    packages: 'C:\\venv\\Lib\\site-packages',
  },
];

const read = (
  program: string,
  files: InstalledTree,
  environment: Readonly<Record<string, string>> = {},
): Promise<InstalledVersion> =>
  installedVersion(program, { folders: files, environment: { HOME: '/home/me', ...environment } });

describe('The version of an installed Azure CLI', () => {
  for (const { what, program, tree, packages } of layouts) {
    it(`is not known before there is a package, and then read: ${what}`, async () => {
      const before = await read(program, tree);
      assert.deepEqual(before, { kind: 'unknown', why: 'its package was not found' });
      azureCliPackage(tree, packages, version);
      assert.deepEqual(await read(program, tree), { kind: 'read', version });
    });
  }

  for (const form of ['as a folder', 'as a file'] as const) {
    it(`is read of Debian's own package, whose egg comes ${form}`, async () => {
      const packages = '/usr/lib/python3/dist-packages';
      const egg = `${packages}/azure_cli-2.45.0.egg-info`;
      const files = tree()
        .add('/usr/bin/az', debianOwn)
        .add('/usr/bin/python3')
        .add(form === 'as a folder' ? `${egg}/PKG-INFO` : egg, 'Name: azure-cli\nVersion: 2.45.0\n')
        .add(`${packages}/azure/cli/core/__init__.py`, "__version__ = '2.45.0'\n");
      assert.deepEqual(await read('/usr/bin/az', files), { kind: 'read', version: '2.45.0' });
    });
  }

  const strange = 'the program on the PATH is of no known installer';
  for (const { what, text } of [
    { what: 'nothing at all', text: undefined },
    { what: 'a wrapper', text: '#!/bin/sh\nexec /venv/bin/az "$@"\n' },
    { what: 'a container', text: '#!/bin/sh\nexec docker run azure-cli az "$@"\n' },
    { what: 'a Python of the PATH', text: pipScript('/usr/bin/env python3') },
    { what: 'a script of Python about something else', text: '#!/venv/bin/python3\nimport os\n' },
    {
      what: 'a launcher with a variable that nobody knows',
      text: homebrew('$HOME/bin/python3 -Im'),
    },
    {
      what: 'a launcher with two ways',
      text: `${homebrew('/one/bin/python3 -Im')}${homebrew('/two/bin/python3 -Im')}`,
    },
    { what: 'a batch file', text: windows('\\python.exe', '') },
    { what: 'a program', text: '\u007FELF' },
  ]) {
    it(`is not guessed behind ${what}`, async () => {
      const files = tree().add('/venv/pyvenv.cfg');
      azureCliPackage(files, '/venv/lib/python3.12/site-packages', version);
      if (text !== undefined) files.add('/usr/bin/az', text);
      assert.deepEqual(await read('/usr/bin/az', files), { kind: 'unknown', why: strange });
    });
  }

  it('is not guessed where pip on Windows takes the Python of the PATH', async () => {
    const program = 'C:\\Python312\\Scripts\\az.bat';
    const files = tree().add(program, windows('\\python.exe', ''));
    assert.deepEqual(await read(program, files), { kind: 'unknown', why: strange });
  });

  const pip = (): InstalledTree => {
    const files = tree()
      .add('/venv/bin/az', pipScript('/venv/bin/python3'))
      .add('/venv/pyvenv.cfg');
    azureCliPackage(files, '/venv/lib/python3.12/site-packages', version);
    return files;
  };

  it('is not known where an upgrade broke off and left two', async () => {
    const files = pip();
    azureCliPackage(files, '/venv/lib/python3.12/site-packages', '2.90.0');
    assert.equal((await read('/venv/bin/az', files)).kind, 'unknown');
  });

  it('is not known where package and metadata differ', async () => {
    const core = '/venv/lib/python3.12/site-packages/azure/cli/core/__init__.py';
    const files = pip().add(core, '__version__ = "2.90.0"\n');
    const damaged = { kind: 'unknown', why: 'its package is damaged' };
    assert.deepEqual(await read('/venv/bin/az', files), damaged);
  });

  it('is not known where PYTHONPATH puts another one first, unless Python is isolated', async () => {
    const environment = { PYTHONPATH: '/other' };
    const other = '/other/azure/cli/__init__.py';
    assert.equal((await read('/venv/bin/az', pip(), environment)).kind, 'read');
    const found = await read('/venv/bin/az', pip().add(other), environment);
    assert.deepEqual(found, { kind: 'unknown', why: 'PYTHONPATH names another one' });
    const isolated = tree().add('/usr/bin/az', debian).add(other);
    azureCliPackage(isolated, '/opt/az/lib/python3.12/site-packages', version);
    assert.equal((await read('/usr/bin/az', isolated, environment)).kind, 'read');
  });
});
