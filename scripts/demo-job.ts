import { rmSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator } from '../test/harness/emulator/emulator.ts';
import type { JournalEntry } from '../test/harness/emulator/journal.ts';
import { programOnPath, Stage, type Play } from '../test/harness/stage.ts';
import { drawPicture } from './demo-picture.ts';

/** How much faster than in reality everything goes: four hours in 80 seconds. */
const haste = 180;
const jobSeconds = (4 * 60 * 60) / haste;
const lifetimes = {
  idTokenSeconds: Math.ceil((10 * 60) / haste),
  accessTokenSeconds: (60 * 60) / haste,
};

const hasTerraform = programOnPath('terraform') !== undefined;
// Where there are two tools, each has half of the time.
const halfSeconds = hasTerraform ? jobSeconds / 2 : jobSeconds;

/** Those of this pipeline that the emulator does not know by their names. */
const whoAsks: Readonly<Record<string, string>> = {
  none: 'FederatedLogin',
  other: 'the SDK program',
};

const folder = mkdtempSync(join(tmpdir(), 'demo-'));
const emulator = await startEmulator({ folder, blobStorage: true });
const stage = new Stage(emulator);
try {
  const play = await playJob();
  console.log(summary(play));
  console.log(`  What the tokens did, as the results tab shows it: ${await pictureOf(play)}\n`);
  process.exitCode = isPerfect(play) ? 0 : 1;
} finally {
  stage.close();
  await emulator.close();
  rmSync(folder, { recursive: true, force: true });
}

async function playJob(): Promise<Play> {
  console.log(
    `A job of four hours in ${Math.round(jobSeconds)} seconds: ID tokens live ${lifetimes.idTokenSeconds} s in place of 10 minutes, access tokens ${lifetimes.accessTokenSeconds} s in place of an hour.`,
  );
  if (!hasTerraform) {
    console.log('terraform is not on the PATH: its step is skipped, everything else is shown.');
  }
  await emulator.createContainer('tfstate');
  Object.assign(emulator.lifetimes, lifetimes);
  Object.assign(emulator.deployments, { durationMs: halfSeconds * 1000, retryAfterSeconds: 1 });
  return stage.play({
    pipeline: join(import.meta.dirname, '..', 'examples', 'four-hour-job', 'azure-pipelines.yml'),
    connections: [emulator.addServiceConnection({ name: 'contoso-production', issuer: 'entra' })],
    sources: 'examples/four-hour-job',
    variables: {
      hasTerraform: String(hasTerraform),
      deploymentSeconds: String(halfSeconds),
      waves: String(Math.floor(halfSeconds)),
    },
    onLine: (line) => console.log(line),
  });
}

/** @returns the path of the page with the picture. */
function pictureOf({ report }: Play): Promise<string> {
  const record = report.attachments.find(({ type }) => type === 'workload-identity.timeline');
  if (record === undefined) throw new Error('The job left no record of its tokens.');
  return drawPicture(record.text, haste);
}

function summary({ report, leaks, journal }: Play): string {
  const rows: readonly (readonly [string, string | number])[] = [
    ['Result of the job', report.result],
    ['Length of the job', `${Math.round(report.durationMs / 1000)} s`],
    ['ID tokens minted', minted('oidctoken', journal)],
    ['Access tokens minted', minted('entra-token', journal)],
    ...served(journal),
    ['Sign-in failures', failures(journal).length],
    ['Credentials issued and looked for', emulator.issued.length],
    ['Credentials leaked', leaks.length],
    ['Left behind', leftBehind(report)],
  ];
  const width = Math.max(...rows.map(([what]) => what.length));
  return [
    '',
    ...rows.map(([what, value]) => `  ${what.padEnd(width)}  ${value}`),
    ...leaks.map(({ kind, where, place }) => `  leak: ${kind} in ${where}: ${place}`),
    ...failures(journal).map(
      ({ client, method, host, path, status, error }) =>
        `  failure: ${client} ${method} ${host}${path} ${status} ${error ?? ''}`,
    ),
    '',
  ].join('\n');
}

/** How many tokens were given; the first for a client and a scope is new, the others replace one. */
function minted(route: JournalEntry['route'], journal: readonly JournalEntry[]): string {
  const granted = journal.filter((entry) => entry.route === route && entry.status === 200);
  const first = new Set(
    granted.map(({ client, connectionId, scope }) => `${client} ${connectionId} ${scope}`),
  );
  return `${granted.length}, of which ${granted.length - first.size} refreshed an earlier one`;
}

/** Who was served by Azure with the tokens, and how often. */
function served(journal: readonly JournalEntry[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { route, client, status } of journal) {
    if ((route !== 'arm' && route !== 'blob') || status >= 400) continue;
    const what = `Requests of ${whoAsks[client] ?? client} to ${route === 'arm' ? 'Resource Manager' : 'blob storage'}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts];
}

function failures(journal: readonly JournalEntry[]): readonly JournalEntry[] {
  return journal.filter(
    ({ route, status, error }) =>
      error?.startsWith('AADSTS') === true ||
      status === 401 ||
      status === 403 ||
      (route === 'oidctoken' && status !== 200),
  );
}

function leftBehind({ orphansKilled, lingering, left }: Play['report']): string {
  const what = [
    ...orphansKilled.map(({ pid }) => `process ${pid}`),
    ...lingering.ports.map(({ port }) => `port ${port}`),
    ...left
      .map(({ path }) => path)
      .filter((path) => /^workload-identity(?!-\w{8}\.(md|json)$)/.test(path))
      .map((path) => `file ${path}`),
  ];
  return what.length === 0 ? 'nothing' : what.join(', ');
}

function isPerfect(play: Play): boolean {
  return (
    play.report.result === 'Succeeded' &&
    play.leaks.length === 0 &&
    failures(play.journal).length === 0 &&
    leftBehind(play.report) === 'nothing'
  );
}
