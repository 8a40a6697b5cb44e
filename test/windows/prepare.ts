// Installs Wine and Node for Windows where they are missing, and makes Wine's own machine.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cached, driveC, node, nodeInWine, prefix, wineEnvironment } from './support/wine.ts';

/** On another system the flows need nothing but Node. */
if (process.platform === 'linux') {
  try {
    prepare();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

function prepare(): void {
  mkdirSync(cached(), { recursive: true });
  const version = wineVersion() ?? installWine();
  installNode();
  makePrefix(version);
}

function wineVersion(): string | undefined {
  const { status, stdout } = spawnSync('wine', ['--version'], {
    encoding: 'utf8',
    env: { ...wineEnvironment },
  });
  return status === 0 ? stdout.trim() : undefined;
}

function installWine(): string {
  console.log('Installing Wine …');
  const rights = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  // A mirror may stall or fail once, and a new machine may still be at updates of its own.
  const patient = [
    ...['-o', 'Acquire::Retries=3', '-o', 'Acquire::http::Timeout=60'],
    ...['-o', 'Acquire::https::Timeout=60', '-o', 'DPkg::Lock::Timeout=300'],
  ];
  const env = ['env', 'DEBIAN_FRONTEND=noninteractive'];
  const apt = [...rights, ...env, 'apt-get', '--quiet=2', '--yes', ...patient];
  const packages = ['wine', 'wine64'];
  const isInstalled = succeedsAtLast(() => {
    // Lists that cannot be had need not be those of Wine.
    succeeds([...apt, 'update']);
    return succeeds([...apt, 'install', '--no-install-recommends', ...packages]);
  });
  const version = isInstalled ? wineVersion() : undefined;
  if (version === undefined) {
    throw new Error(
      `Wine is missing, and could not be installed: install the packages ${packages.join(' and ')} as root, then run this again.`,
    );
  }
  return version;
}

function installNode(): void {
  const mark = cached('node.installed');
  const wanted = `${node.name}@${node.version}`;
  if (existsSync(nodeInWine) && textOf(mark) === wanted) return;
  console.log(`Installing Node ${node.version} for Windows …`);
  writeFileSync(cached('package.json'), '{ "private": true }\n');
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  // npm would refuse a package for another system.
  const install = ['npm', 'install', '--prefix', cached(), '--force', ...quiet, wanted];
  if (!succeedsAtLast(() => succeeds(install))) {
    throw new Error(`${wanted} could not be installed: see what npm says above.`);
  }
  writeFileSync(mark, wanted);
}

function makePrefix(version: string): void {
  const mark = cached('prefix.made-by');
  if (existsSync(driveC) && textOf(mark) === version) return;
  console.log(`Making a machine for ${version} …`);
  rmSync(prefix, { recursive: true, force: true });
  mkdirSync(prefix, { recursive: true });
  const windows10 = ['/v', 'Version', '/t', 'REG_SZ', '/d', 'win10', '/f'];
  run(['wine', 'wineboot', '--init'], wineEnvironment);
  // Node starts on no older Windows.
  run(['wine', 'reg', 'add', 'HKCU\\Software\\Wine', ...windows10], wineEnvironment);
  run(['wineserver', '--wait'], wineEnvironment);
  writeFileSync(mark, version);
}

function run([file = '', ...words]: readonly string[], env: Readonly<NodeJS.ProcessEnv>): void {
  // No pipe: what stays in Wine would hold it open.
  const { status, error } = spawnSync(file, words, { env: { ...env }, stdio: 'ignore' });
  if (error !== undefined) throw error;
  if (status !== 0)
    throw new Error(`${file} ${words.join(' ')} ended with ${status ?? 'a signal'}.`);
}

/** Three times at most: what comes over the network may fail once. */
function succeedsAtLast(step: () => boolean): boolean {
  return step() || step() || step();
}

function succeeds([file = '', ...words]: readonly string[]): boolean {
  return spawnSync(file, words, { stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
}

function textOf(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
