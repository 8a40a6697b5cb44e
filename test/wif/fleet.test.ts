import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Emulator, Project } from '../harness/emulator/emulator.ts';
import { AzureCliStandIn } from './support/azure-cli.ts';
import { until, useDesk, type Desk } from './support/desk.ts';

interface Report {
  readonly total: number;
  readonly results: Readonly<Record<string, number>>;
  readonly skipped: Readonly<Record<string, number>>;
  readonly applied: boolean;
  readonly connections: readonly Row[];
}

interface Row {
  readonly id: string;
  readonly result: string;
  readonly by: string;
  readonly detail: string;
  readonly command: string;
  readonly checks: string;
}

interface ListReport {
  readonly total: number;
  readonly convertible: number;
  readonly retiring: number;
  readonly staying: number;
  readonly connections: readonly { readonly id: string; readonly canConvert: boolean }[];
}

interface FleetReport {
  readonly total: number;
  readonly states: Readonly<Record<string, number>>;
  readonly connections: readonly Row[];
}

/** What each of 60 projects has; every third has one more of the three kinds below. */
const kinds = [
  { count: 4 },
  { count: 1, scheme: 'WorkloadIdentityFederation', issuer: 'entra' },
  { count: 1, scheme: 'WorkloadIdentityFederation', issuer: 'azure-devops' },
] as const;
const rareKinds = [
  { creationMode: 'Manual' },
  { cloud: 'AzureStack' },
  { scheme: 'ManagedServiceIdentity' },
] as const;

const projectCount = 60;
const convertible = 260;
/** Of 500, 20 are shared, and so seen twice. */
const seen = 520;
const severalTenants = 3;
const retiring = 60 - severalTenants;
const skips = {
  manual: 20,
  'already-federated': 60,
  'issuer-retires': 60,
  'azure-stack': 20,
  'identity-of-the-agent': 20,
  'not-azure-resource-manager': 60,
  'shared-from-another-project': 20,
};

describe('500 service connections in 60 projects', function () {
  this.timeout(600_000);
  const desk = useDesk();

  it('are listed with at most 70 requests, and one of them is found with at most 12', async () => {
    const { convertible: ids } = populate(desk().emulator);
    desk().emulator.office.pageSize = 100;
    const report = await desk().json<ListReport>(0, 'list', '--every-type');
    assert.equal(new Set(report.connections.map(({ id }) => id)).size, 500);
    assert.equal(report.total, seen);
    assert.deepEqual(
      [report.convertible, report.retiring, report.staying],
      [convertible, retiring, severalTenants],
    );
    const can = report.connections.filter(({ canConvert }) => canConvert).map(({ id }) => id);
    assert.deepEqual(can.sort(), [...ids].sort());
    assert.ok(requests(desk()).length <= 70, `${requests(desk()).length} requests`);

    const counted = async (...words: readonly string[]): Promise<number> => {
      const before = requests(desk()).length;
      await desk().json(1, 'doctor', ...words);
      return requests(desk()).length - before;
    };
    const alone = await counted('team 7/connection 7-6');
    assert.ok(alone <= 12, `${alone} requests for project/name`);
    const within = await counted('connection 7-6', '-p', 'team 7');
    assert.ok(within <= 9, `${within} requests with --project`);
    desk().assertNoCredential();
  });

  it('are not touched by a dry run, whose report adds up', async () => {
    populate(desk().emulator);
    const report = await desk().json<Report>(0, 'convert', '--all');
    assertSum(report, { 'would convert': convertible });
    assert.equal(report.applied, false);
    assert.deepEqual(desk().emulator.office.conversions, []);
    assert.deepEqual(puts(desk()), []);
    assert.ok(!desk().has('wif-contoso.jsonl'), 'a dry run leaves no journal');
  });

  it('leave their last secret and their last old issuer behind, with faults and kills on the way', async () => {
    const { office, faults } = desk().emulator;
    const fleet = populate(desk().emulator);
    await convertThroughAKill(desk(), fleet.convertible);

    // What a service does on a bad day; wif waits, and asks again only what may be asked again.
    const weather = [
      faults.inject({
        at: 'service-endpoints',
        kind: { status: 429, retryAfterSeconds: 1 },
        times: 2,
      }),
      faults.inject({ at: 'service-endpoints', kind: { status: 503 }, times: 1 }),
      faults.inject({ at: 'graph', kind: 'reset', times: 1 }),
    ];
    const azureCli = await AzureCliStandIn.on(desk());
    const moves = (): readonly string[] =>
      azureCli.commands.filter(([word]) => word === 'devops').map((words) => words[4] ?? '');
    const killed = desk().start('move-issuer', '--all', '--apply');
    await until(() => moves().length >= retiring / 3, 120_000);
    killed.kill('SIGKILL');
    await killed.ended;
    // Programs that it had started live on, and have yet to ask.
    const begun = (): number =>
      desk()
        .file('wif-contoso.jsonl')
        .split('\n')
        .filter((line) => line.includes('"begin"') && line.includes('"move-issuer"')).length;
    await until(() => moves().length >= begun(), 10_000).catch(() => undefined);
    assert.ok(
      weather.every(({ hits }) => hits > 0),
      'the weather was bad',
    );
    const moved = await desk().json<Report>(0, 'move-issuer', '--all', '--apply');
    assert.deepEqual(moved.results, { ...moved.results, moved: retiring });
    assert.equal(new Set(moves()).size, retiring);
    assert.equal(moves().length, retiring, 'no move was asked for twice');

    for (const id of fleet.old) office.use(id);
    const again = await desk().json<Report>(0, 'move-issuer', '--all', '--apply');
    const commands = again.connections.filter(({ command }) => command.includes(' delete '));
    assert.equal(commands.length, retiring, 'each old credential is named for deletion');
    azureCli.close();

    const before = await desk().json<FleetReport>(1, 'doctor', '--all', '--concurrency', '16');
    const secrets = before.connections.filter(({ checks }) => checks === 'secrets');
    assert.equal(secrets.length, convertible, 'each secret that is left is named');
    for (const { id } of secrets) office.removeSecret(office.connection(id).clientId);

    const after = await desk().json<FleetReport>(1, 'doctor', '--all', '--concurrency', '16');
    assert.equal(after.states['hint'], undefined, 'no secret is left');
    const last = await desk().json<ListReport>(0, 'list');
    assert.deepEqual([last.convertible, last.retiring, last.staying], [0, 0, severalTenants]);
    desk().assertNoCredential('wif-contoso.jsonl');
  });
});

/** Converts all, with a kill in the middle. */
async function convertThroughAKill(desk: Desk, ids: readonly string[]): Promise<void> {
  const { office, faults } = desk.emulator;
  // The kill finds changes that are made, but of which wif does not know yet.
  const unanswered = faults.inject({
    at: 'service-endpoints',
    kind: { delayMs: 600_000 },
    when: ({ method }) => method === 'PUT' && office.conversions.length >= 120,
  });
  const killed = desk.start('convert', '--all', '--apply');
  await until(() => unanswered.hits > 0, 120_000);
  killed.kill('SIGKILL');
  assert.equal((await killed.ended).signal, 'SIGKILL');
  unanswered.clear();
  await whatIsOnItsWay();
  const done = office.conversions.length;
  assert.ok(done < convertible, `${done} were converted before the kill`);
  assert.ok(linesOf(desk, 'begin') > linesOf(desk, 'end'), 'some were under way');

  const report = await desk.json<Report>(0, 'convert', '--all', '--apply');
  assertSum(report, { converted: convertible });
  assert.deepEqual(office.conversions.map(({ id }) => id).sort(), [...ids].sort());
  assert.equal(puts(desk).length, convertible, 'no change was asked for twice');
  const by = (run: string): number => report.connections.filter((row) => row.by === run).length;
  assert.equal(
    by('an earlier run'),
    linesOf(desk, 'end') - by('an interrupted run') - by('this run'),
  );
  assert.ok(by('an interrupted run') > 0, 'the journal told of what the kill left unsaid');
  assert.equal(by('this run'), convertible - done);
  for (const { result, detail } of report.connections) {
    assert.ok(result !== 'skipped' || detail !== '', 'every skip has its reason');
  }
  assert.equal(statSync(join(desk.folder, 'wif-contoso.jsonl')).mode & 0o777, 0o600);
  assert.ok(!desk.has('wif-contoso.jsonl.lock'));

  const third = await desk.json<Report>(0, 'convert', '--all', '--apply');
  assertSum(third, { converted: convertible });
  assert.equal(puts(desk).length, convertible, 'a third run changes nothing');
}

interface Fleet {
  /** IDs of those that can be converted. */
  readonly convertible: readonly string[];
  /** IDs of those with the issuer that retires. */
  readonly old: readonly string[];
}

/** Makes 500 connections. */
function populate({ office }: Emulator): Fleet {
  office.pageSize = 8;
  const projects: Project[] = [...office.projects];
  while (projects.length < projectCount)
    projects.push(office.addProject(`team ${projects.length}`));
  const ids: string[] = [];
  const old: string[] = [];
  for (const [index, project] of projects.entries()) {
    let number = 0;
    const add = (options: Readonly<Record<string, unknown>>): string => {
      number += 1;
      const name = `connection ${index}-${number}`;
      return office.addConnection({ scheme: 'ServicePrincipal', ...options, name, project }).id;
    };
    for (const { count, ...options } of kinds) {
      for (let copy = 0; copy < count; copy += 1) {
        const id = add(options);
        if (count === 4) ids.push(id);
        if ('issuer' in options && options.issuer === 'azure-devops') old.push(id);
      }
    }
    add(rareKinds[index % rareKinds.length] ?? {});
    office.addForeignConnection(`repositories ${index}`, 'github', project);
    if (index % 3 === 0) {
      const next = projects[(index + 1) % projects.length];
      assert.ok(next);
      ids.push(add({ sharedWith: [next] }));
    }
  }
  for (const id of old.splice(0, severalTenants))
    office.changeApplication(office.connection(id).clientId, { isMultiTenant: true });
  return { convertible: ids, old };
}

function assertSum(report: Report, done: Readonly<Record<string, number>>): void {
  const { total, results, skipped, connections } = report;
  assert.equal(total, seen);
  assert.equal(connections.length, seen);
  assert.deepEqual(results, { ...done, skipped: seen - convertible });
  // Once converted, a shared connection is told of as federated in the other project too.
  const shared = skipped['shared-from-another-project'] ?? 0;
  const federated = (skipped['already-federated'] ?? 0) - (20 - shared);
  assert.deepEqual(
    { ...skipped, 'shared-from-another-project': 20, 'already-federated': federated },
    skips,
  );
  const sum = Object.values(results).reduce((all, count) => all + count, 0);
  assert.equal(sum, total);
}

/** What was sent to the emulator, by a process that is gone, is read in some turns at the latest. */
async function whatIsOnItsWay(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** All requests to the services that administrators ask; those of the sign-in itself are Entra's. */
function requests({ emulator }: Desk): readonly unknown[] {
  const services = ['service-endpoints', 'azure-devops', 'graph', 'arm'];
  return emulator.journal.entries.filter(({ route }) => services.includes(route));
}

function puts({ emulator }: Desk): readonly unknown[] {
  return emulator.journal.entries.filter(({ method }) => method === 'PUT');
}

function linesOf(desk: Desk, event: string): number {
  return desk.file('wif-contoso.jsonl').split(`"event":"${event}"`).length - 1;
}
