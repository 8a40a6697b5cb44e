// npm run bench: measures the budgets of docs/PERFORMANCE.md, and writes that page.
//
//   npm run bench -- [--quick] [--only <part>] [--built <folder>] [--no-page]
//
// Linux only: it needs a network of its own, in which it answers as Azure under its real names.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureInstalled, root, run } from './installed.mjs';

/** The releases that agents bring along, near enough; npm carries their binaries. */
const nodes = { 20: '20.20.2', 24: '24.21.0' };
const hosts = ['dev.azure.com', 'login.microsoftonline.com', 'management.azure.com'];

if (process.platform !== 'linux') {
  console.error('npm run bench needs Linux: it reads /proc, and makes a network of its own.');
  process.exit(1);
}
ensureInstalled();
installNodes();
if (!hasPackage()) run(process.execPath, ['scripts/package.mjs']);

const folder = mkdtempSync(join(tmpdir(), 'bench-'));
try {
  process.exitCode = measure();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function installNodes() {
  const cache = join(root, '.cache', 'bench-nodes');
  const architecture = process.arch === 'arm64' ? 'arm64' : 'x64';
  const names = Object.keys(nodes).map((major) => join(cache, 'node_modules', `node-${major}`));
  const isThere = (path, index) => {
    const node = join(path, 'bin', 'node');
    const wanted = `v${Object.values(nodes)[index]}`;
    return (
      existsSync(node) &&
      spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim() === wanted
    );
  };
  if (names.every(isThere)) return;
  console.log('Installing the Node releases to measure with …');
  mkdirSync(cache, { recursive: true });
  writeFileSync(join(cache, 'package.json'), '{ "private": true }\n');
  const wanted = Object.entries(nodes).map(
    ([major, version]) => `node-${major}@npm:node-linux-${architecture}@${version}`,
  );
  run('npm', [
    'install',
    '--prefix',
    cache,
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    ...wanted,
  ]);
}

function hasPackage() {
  const dist = join(root, 'dist');
  return existsSync(dist) && readdirSync(dist).some((name) => name.endsWith('.vsix'));
}

/** Within a network and a table of hosts of its own; as an ordinary user in a namespace of users. */
function measure() {
  const table = [
    '127.0.0.1 localhost',
    ...hosts.map((host, index) => `127.0.0.${index + 2} ${host}`),
  ];
  writeFileSync(join(folder, 'hosts'), `${table.join('\n')}\n`);
  const isRoot = process.getuid() === 0;
  const namespaces = ['--net', '--mount', ...(isRoot ? [] : ['--user', '--map-root-user'])];
  const prepare = 'ip link set lo up && mount --bind "$1" /etc/hosts && shift && exec "$@"';
  const main = join(root, 'test', 'bench', 'main.ts');
  const { status, error } = spawnSync(
    'unshare',
    [
      ...namespaces,
      ...['sh', '-c', prepare, 'sh', join(folder, 'hosts')],
      ...[process.execPath, '--import', 'tsx', main, '--folder', folder, ...process.argv.slice(2)],
    ],
    { cwd: root, stdio: 'inherit' },
  );
  if (error !== undefined) throw error;
  if (status !== 0) console.error('The bench failed; it needs unshare, ip and mount of Linux.');
  return status ?? 1;
}
