import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { pipScript } from '../../support/installed-tree.ts';

/** How Azure CLI comes onto a machine. */
export type Installation =
  | "pip's virtual environment"
  | "Microsoft's package for Debian"
  | 'package for Red Hat'
  | 'Homebrew'
  | 'script of somebody else';

/** An installation whose interpreter is a stand-in that counts how often it is started. */
export interface InstalledAzureCli {
  /** The folder for the PATH. */
  readonly folder: string;
  /** The words of each start, in order. */
  starts(): readonly string[];
}

function write(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
}

/**
 * In place of Python: writes down what it was started with, and answers as `az login` does. It knows one
 * subscription, and nothing else of Azure.
 */
function interpreter(log: string, subscriptionId: string): string {
  return `#!/usr/bin/env bash
printf '%s\\n' "$*" >> '${log}'
if [[ " $* " == *' login '* ]]; then echo '[{"id": "${subscriptionId}", "isDefault": true}]'; fi
`;
}

function launcher(line: string): string {
  return `#!/usr/bin/env bash\nbin_dir=\`cd "$(dirname "$BASH_SOURCE[0]")"; pwd\`\n${line} "$@"\n`;
}

interface Layout {
  /** The program on the PATH, the interpreter, and where packages are, below the root. */
  readonly program: string;
  readonly interpreter: string;
  readonly packages: string;
  readonly script: (root: string) => string;
}

const layouts: Readonly<Record<Installation, (version: string) => Layout>> = {
  "pip's virtual environment": () => ({
    program: 'bin/az',
    interpreter: 'bin/python3',
    packages: 'lib/python3.11/site-packages',
    script: (root) => pipScript(`${root}/bin/python3`),
  }),
  "Microsoft's package for Debian": () => ({
    program: 'usr/bin/az',
    interpreter: 'opt/az/bin/python3',
    packages: 'opt/az/lib/python3.12/site-packages',
    script: () => launcher('AZ_INSTALLER=DEB "$bin_dir"/../../opt/az/bin/python3 -Im azure.cli'),
  }),
  'package for Red Hat': () => ({
    program: 'usr/bin/az',
    interpreter: 'usr/bin/python3.12',
    packages: 'usr/lib64/az/lib/python3.12/site-packages',
    script: () =>
      launcher(
        'python_cmd=python3.12\nAZ_INSTALLER=RPM PYTHONPATH="$bin_dir/../lib64/az/lib/python3.12/site-packages" "$bin_dir/$python_cmd" -sm azure.cli',
      ),
  }),
  Homebrew: (version) => ({
    program: `Cellar/azure-cli/${version}/bin/az`,
    interpreter: `Cellar/azure-cli/${version}/libexec/bin/python`,
    packages: `Cellar/azure-cli/${version}/libexec/lib/python3.13/site-packages`,
    script: (root) =>
      `#!/usr/bin/env bash\nAZ_INSTALLER=HOMEBREW ${root}/Cellar/azure-cli/${version}/libexec/bin/python -Im azure.cli "$@"\n`,
  }),
  'script of somebody else': () => ({
    program: 'bin/az',
    interpreter: 'hidden/python3',
    packages: 'hidden/lib/python3.12/site-packages',
    script: () => launcher('hidden=hidden\n"$bin_dir/../$hidden/python3" -Im azure.cli'),
  }),
};

/** Lays out Azure CLI of a version as an installer does, with a stand-in for its Python. */
export function installAzureCli(
  root: string,
  installation: Installation,
  version: string,
  subscriptionId: string,
): InstalledAzureCli {
  const layout = layouts[installation](version);
  const log = join(root, 'starts.log');
  write(join(root, layout.interpreter), interpreter(log, subscriptionId), 0o755);
  write(join(root, layout.program), layout.script(root), 0o755);
  const metadata = join(layout.packages, `azure_cli-${version}.dist-info`, 'METADATA');
  write(join(root, metadata), `Metadata-Version: 2.1\nName: azure-cli\nVersion: ${version}\n`);
  const core = join(layout.packages, 'azure', 'cli', 'core', '__init__.py');
  write(join(root, core), `__version__ = "${version}"\n`);
  if (installation === "pip's virtual environment") {
    write(join(root, 'pyvenv.cfg'), 'home = /usr/bin\nversion = 3.11.2\n');
  }
  const folder = join(root, 'path');
  mkdirSync(folder);
  const isLinked = installation === 'Homebrew';
  if (isLinked) symlinkSync(join(root, layout.program), join(folder, 'az'));
  return {
    folder: isLinked ? folder : dirname(join(root, layout.program)),
    starts: () => (existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : []),
  };
}
