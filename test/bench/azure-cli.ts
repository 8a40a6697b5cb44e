import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command.ts';
import { figure, type Figure } from './figures.ts';
import { plan, repository } from './settings.ts';
import { ratios } from './statistics.ts';

/** Without an account and without a network, az tells at once which clouds it knows. */
const command = ['cloud', 'list', '--output', 'none', '--only-show-errors'];

/** `az --version`, `cloud set`, `login`, `account set` before the script, and `account clear` after it. */
const processesOfAzureCliTask = 5;

/** What the user's own profile has found out about az, and the private one takes over. */
const indexes = ['commandIndex.json', 'extensionIndex.json', 'versionCheck.json'];

/**
 * Signing a real Azure CLI in, without what it asks upstream: the processes that AzureCLI@3 starts,
 * each in the profile that it made for this step, and the one that FederatedLogin starts, in a
 * profile that is prepared.
 */
export async function azureCli(): Promise<readonly Figure[]> {
  const python = installedAzureCli();
  const what = 'signing Azure CLI in: FederatedLogin, one az in a prepared profile';
  const ratio = { what, unit: 'x', to: 'AzureCLI@3' } as const;
  if (python === undefined) {
    const note = 'not measured: npm run conformance installs the Azure CLI that this takes';
    return [figure({ ...ratio, note }, [])];
  }
  const folder = mkdtempSync(join(plan.folder, 'az-'));
  try {
    return figures(await rounds(python, folder), ratio);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Round {
  /** The first az in an empty profile, and one that follows it, in ms. */
  readonly first: number;
  readonly next: number;
  /** The first az in a profile that has the indexes of another, in ms. */
  readonly prepared: number;
}

async function rounds(python: string, folder: string): Promise<readonly Round[]> {
  const own = join(folder, 'own');
  await az(python, own);
  const all: Round[] = [];
  for (let round = 0; round < plan.azRounds; round += 1) {
    const fresh = join(folder, `fresh-${round}`);
    const prepared = join(folder, `prepared-${round}`);
    inherit(own, prepared);
    all.push({
      first: await az(python, fresh),
      next: await az(python, fresh),
      prepared: await az(python, prepared),
    });
  }
  return all;
}

function figures(all: readonly Round[], ratio: Omit<Figure, 'value'>): readonly Figure[] {
  const theirs = all.map(({ first, next }) => first + (processesOfAzureCliTask - 1) * next);
  const ours = all.map(({ prepared }) => prepared);
  const seconds = (values: readonly number[]): readonly number[] =>
    values.map((value) => value / 1_000);
  return [
    figure(ratio, ratios(ours, theirs)),
    figure(
      { what: 'az, the first in an empty profile', unit: 's' },
      seconds(all.map(({ first }) => first)),
    ),
    figure({ what: 'az, one that follows', unit: 's' }, seconds(all.map(({ next }) => next))),
    figure({ what: 'az, the first in a prepared profile', unit: 's' }, seconds(ours)),
  ];
}

function inherit(from: string, to: string): void {
  mkdirSync(to);
  for (const name of readdirSync(from).filter((entry) => indexes.includes(entry))) {
    cpSync(join(from, name), join(to, name), { recursive: true });
  }
  writeFileSync(join(to, 'config'), '[core]\ncollect_telemetry = no\n');
}

async function az(python: string, profile: string): Promise<number> {
  const { wallMs } = await runCommand({
    node: python,
    arguments: ['-Im', 'azure.cli', ...command],
    environment: { AZURE_CONFIG_DIR: profile, AZURE_CORE_COLLECT_TELEMETRY: 'no', HOME: profile },
  });
  return wallMs;
}

/** The newest Azure CLI that the conformance run has installed. */
function installedAzureCli(): string | undefined {
  const cache = join(repository, '.cache', 'conformance');
  const folders = existsSync(cache) ? readdirSync(cache) : [];
  return folders
    .filter((name) => /^azure-cli-[\d.]+$/.test(name))
    .sort((one, other) => one.localeCompare(other, 'en', { numeric: true }))
    .map((name) => join(cache, name, 'bin', 'python'))
    .findLast((path) => existsSync(path));
}
