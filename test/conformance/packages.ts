import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  containerFolder,
  containerImage,
  containerPrograms,
  whyNoContainers,
} from './containers/engine.ts';
import { cached, goProgram, ownFile, repository } from './paths.ts';

/** The versions that are installed; `go.mod`, `pom.xml` and the requirements say the same. */
export const pins = {
  azureCli: { newest: '2.91.0', old: '2.70.0' },
  azureIdentityPython: '1.27.0',
  azureIdentityJava: '1.19.0',
  azidentity: '1.15.0',
  goAzureSdk: '0.20260811.1225050',
  kubelogin: '0.2.19',
  googleAuthJavaScript: '10.9.1',
  awsJavaScript: '3.1175.0',
  googleAuthPython: '2.63.0',
  boto3: '1.44.8',
  awsCli: '1.46.3',
  oauth2: '0.38.0',
  awsGo: '1.48.0',
  openTofu: '1.12.6',
  vaultJwt: '0.26.1',
  kubernetes: '0.37.2',
} as const;

/** A command of an installation. */
export interface Command {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Something to install, into the cache and nowhere else. */
export interface Package {
  readonly name: string;
  /** Programs of the machine that it takes. */
  readonly needs: readonly string[];
  /** Files that decide what is installed: with other content it is installed anew. */
  readonly decidedBy: readonly string[];
  /** What is there when it is installed; removed before it is installed. */
  readonly result: string;
  /** The file that says so; one in the cache beside all others, where this is not set. */
  readonly mark?: string;
  readonly commands: readonly Command[];
}

const goEnvironment = {
  GOPATH: cached('go'),
  GOBIN: cached('go', 'bin'),
  GOCACHE: cached('go', 'build'),
  // What Go downloads can then be removed like any other file.
  GOFLAGS: '-modcacherw',
};

function goBuild(name: string, what: string): Package {
  const folder = ownFile('programs', name);
  return {
    name: `Go program ${name}`,
    needs: ['go'],
    decidedBy: [folder],
    result: goProgram(name),
    commands: [
      {
        program: 'go',
        arguments: ['build', '-o', goProgram(name), what],
        folder,
        environment: goEnvironment,
      },
    ],
  };
}

const goInstall = (name: string, module: string): Package => ({
  name: module,
  needs: ['go'],
  decidedBy: [],
  result: goProgram(name),
  commands: [{ program: 'go', arguments: ['install', module], environment: goEnvironment }],
});

/** A virtual environment with what a file of requirements names, to the last dependency. */
export function pip(name: string): Package {
  const requirements = ownFile('requirements', `${name}.txt`);
  const folder = cached(name);
  // Python compiles what it loads by itself; of Azure CLI that is a sixth of what there is.
  const quiet = ['--quiet', '--disable-pip-version-check', '--no-deps', '--no-compile'];
  return {
    name: `${name} (PyPI)`,
    needs: ['python3'],
    decidedBy: [requirements],
    result: folder,
    commands: [
      { program: 'python3', arguments: ['-m', 'venv', folder] },
      {
        program: join(folder, 'bin', 'pip'),
        arguments: ['install', ...quiet, '--requirement', requirements],
      },
    ],
  };
}

/** What a lock file names, to the last dependency. */
function npm(name: string): Package {
  const requirements = ownFile('requirements', name);
  const folder = cached(name);
  return {
    name: `${name} (npm)`,
    needs: ['npm'],
    decidedBy: [requirements],
    result: folder,
    commands: [
      { program: 'cp', arguments: ['-r', requirements, folder] },
      {
        program: 'npm',
        arguments: ['ci', '--no-audit', '--no-fund', '--ignore-scripts'],
        folder,
      },
    ],
  };
}

const mavenProject = ownFile('programs', 'java');
const java: Package = {
  name: 'azure-identity (Maven Central)',
  needs: ['mvn', 'java', 'javac', 'keytool'],
  decidedBy: [mavenProject],
  result: cached('java'),
  commands: [
    {
      program: 'mvn',
      arguments: [
        '--batch-mode',
        '--quiet',
        // It would wait for half an hour for a server that has stopped to answer.
        '-Daether.connector.requestTimeout=60000',
        '-Dmaven.wagon.rto=60000',
        `-Dmaven.repo.local=${cached('maven')}`,
        `-DoutputDirectory=${cached('java')}`,
        'dependency:copy-dependencies',
      ],
      folder: mavenProject,
    },
    {
      program: 'javac',
      arguments: ['-cp', cached('java', '*'), '-d', cached('java'), join(mavenProject, 'Sdk.java')],
    },
  ],
};

const containers: Package = {
  name: 'an image for containers (Debian)',
  needs: containerPrograms,
  decidedBy: [ownFile('containers', 'make-image.sh')],
  result: containerFolder,
  mark: join(containerFolder, 'installed'),
  commands: [
    {
      program: ownFile('containers', 'make-image.sh'),
      arguments: [containerFolder, containerImage],
      folder: repository,
    },
  ],
};

/** What rows need that are left out where they cannot be played. */
export const optionalPackages: readonly Package[] =
  whyNoContainers() === undefined ? [containers] : [];

/** All that the run takes from registries; the long ones first. */
export const packages: readonly Package[] = [
  goBuild('tofu', 'github.com/opentofu/opentofu/cmd/tofu'),
  pip(`azure-cli-${pins.azureCli.newest}`),
  pip(`azure-cli-${pins.azureCli.old}`),
  goInstall('kubelogin', `github.com/Azure/kubelogin@v${pins.kubelogin}`),
  goBuild('sdk', '.'),
  java,
  pip('azure-identity'),
  goBuild('other-clouds', '.'),
  goBuild('validators', '.'),
  pip('other-clouds-python'),
  npm('other-clouds-javascript'),
];

/** Programs of the machine that the jobs of the run call, beside those that install. */
export const called: readonly string[] = ['bash', 'terraform'];

/** The version of a package that this project has installed for itself. */
export function projectVersion(name: string): string {
  const file = join(repository, 'node_modules', name, 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** Terraform is on the machine, whatever its version. */
export function terraformVersion(): string {
  const told = execFileSync('terraform', ['version', '-json'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, CHECKPOINT_DISABLE: '1', TF_CLI_CONFIG_FILE: '' },
  });
  return (JSON.parse(told) as { terraform_version: string }).terraform_version;
}
