import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Emulator, Project } from '../harness/emulator/emulator.ts';
import { until, useDesk, type Desk } from './support/desk.ts';

interface Summary {
  readonly total: number;
  readonly results: Readonly<Record<string, number>>;
  readonly skipped: Readonly<Record<string, number>>;
}

interface Row {
  readonly id: string;
  readonly project: string;
  readonly result: string;
  readonly by: string;
  readonly reason: string;
  readonly detail: string;
}

interface ChangeReport extends Summary {
  readonly applied: boolean;
  readonly connections: readonly Row[];
}

interface ListReport {
  readonly total: number;
  readonly convertible: number;
  readonly retiring: number;
  readonly connections: readonly { readonly id: string; readonly canConvert: boolean }[];
}

/** What one project has; in all 25, of which the last is shared with the next project. */
const kinds = [
  { count: 15 },
  { count: 3, creationMode: 'Manual' },
  { count: 2, scheme: 'WorkloadIdentityFederation', issuer: 'entra' },
  { count: 1, scheme: 'WorkloadIdentityFederation', issuer: 'azure-devops' },
  { count: 1, cloud: 'AzureStack' },
  { count: 1, scheme: 'ManagedServiceIdentity' },
] as const;

const projectCount = 20;
const expectedSkips = {
  manual: 60,
  'already-federated': 40,
  'issuer-retires': 20,
  'azure-stack': 20,
  'identity-of-the-agent': 20,
  'not-azure-resource-manager': 20,
  'shared-from-another-project': 20,
};
const convertible = 320;
/** Shared connections are seen twice. */
const seen = 520;

describe('500 service connections in 20 projects', function () {
  this.timeout(600_000);
  const desk = useDesk();

  it('are listed, with what can be converted', async () => {
    const ids = populate(desk().emulator);
    const report = await desk().json<ListReport>(0, 'list', '--every-type');
    assert.equal(new Set(report.connections.map(({ id }) => id)).size, 500);
    assert.equal(report.total, seen);
    assert.equal(report.convertible, convertible);
    assert.equal(report.retiring, 20);
    const can = report.connections.filter(({ canConvert }) => canConvert).map(({ id }) => id);
    assert.deepEqual(can.sort(), ids.sort());
    desk().assertNoCredential();
  });

  it('are not touched by a dry run, whose report adds up', async () => {
    populate(desk().emulator);
    const report = await desk().json<ChangeReport>(0, 'convert', '--all');
    assertSum(report, { 'would convert': convertible });
    assert.equal(report.applied, false);
    assert.deepEqual(desk().emulator.office.conversions, []);
    assert.deepEqual(puts(desk()), []);
    assert.ok(!desk().has('wif-contoso.jsonl'), 'a dry run leaves no journal');
  });

  it('are converted each exactly once, killed in the middle and resumed', async () => {
    const ids = populate(desk().emulator);
    const { office, faults } = desk().emulator;
    // The kill finds changes that are made, but of which wif does not know yet.
    const unanswered = faults.inject({
      at: 'service-endpoints',
      kind: { delayMs: 600_000 },
      when: ({ method }) => method === 'PUT' && office.conversions.length >= 150,
    });
    const killed = desk().start('convert', '--all', '--apply');
    await until(() => unanswered.hits > 0);
    killed.kill('SIGKILL');
    assert.equal((await killed.ended).signal, 'SIGKILL');
    unanswered.clear();
    await whatIsOnItsWay();
    const done = office.conversions.length;
    assert.ok(done < convertible, `${done} were converted before the kill`);
    const begun = linesOf(desk(), 'begin') - linesOf(desk(), 'end');
    assert.ok(begun > 0, 'some were under way');

    const report = await desk().json<ChangeReport>(0, 'convert', '--all', '--apply');
    assertSum(report, { converted: convertible });
    assert.deepEqual(office.conversions.map(({ id }) => id).sort(), ids.sort());
    assert.equal(puts(desk()).length, convertible, 'no change was asked for twice');
    const by = (run: string): number => report.connections.filter((row) => row.by === run).length;
    assert.equal(
      by('an earlier run'),
      linesOf(desk(), 'end') - by('an interrupted run') - by('this run'),
    );
    assert.ok(by('an interrupted run') > 0, 'the journal told of what the kill left unsaid');
    assert.equal(by('this run'), convertible - done);
    for (const { result, detail } of report.connections) {
      assert.ok(result !== 'skipped' || detail !== '', 'every skip has its reason');
    }
    assert.equal(statSync(join(desk().folder, 'wif-contoso.jsonl')).mode & 0o777, 0o600);
    assert.ok(!desk().has('wif-contoso.jsonl.lock'));

    const third = await desk().json<ChangeReport>(0, 'convert', '--all', '--apply');
    assertSum(third, { converted: convertible });
    assert.equal(puts(desk()).length, convertible, 'a third run changes nothing');
    desk().assertNoCredential('wif-contoso.jsonl');
  });
});

/** Makes 500 connections; the IDs of those that can be converted. */
function populate({ office }: Emulator): string[] {
  office.pageSize = 8;
  const projects: Project[] = [...office.projects];
  while (projects.length < projectCount) {
    projects.push(office.addProject(`team ${projects.length}/${projects.length % 3}`));
  }
  const ids: string[] = [];
  for (const [index, project] of projects.entries()) {
    let number = 0;
    for (const { count, ...options } of kinds) {
      for (let copy = 0; copy < count; copy += 1) {
        number += 1;
        const name = `connection ${index}-${number}`;
        const scheme = 'ServicePrincipal' as const;
        const { id } = office.addConnection({ scheme, ...options, name, project });
        if (count === 15) ids.push(id);
      }
    }
    office.addForeignConnection(`repositories ${index}`, 'github', project);
    const next = projects[(index + 1) % projects.length];
    assert.ok(next);
    const shared = { name: `shared ${index}`, scheme: 'ServicePrincipal', project } as const;
    ids.push(office.addConnection({ ...shared, sharedWith: [next] }).id);
  }
  return ids;
}

function assertSum(report: ChangeReport, done: Readonly<Record<string, number>>): void {
  const { total, results, skipped, connections } = report;
  assert.equal(total, seen);
  assert.equal(connections.length, seen);
  assert.deepEqual(results, { ...done, skipped: seen - convertible });
  // Once converted, a shared connection is told of as federated in the other project too.
  const shared = skipped['shared-from-another-project'] ?? 0;
  const federated = (skipped['already-federated'] ?? 0) - (20 - shared);
  assert.deepEqual(
    { ...skipped, 'shared-from-another-project': 20, 'already-federated': federated },
    expectedSkips,
  );
  const sum = Object.values(results).reduce((all, count) => all + count, 0);
  assert.equal(sum, total);
}

/** What was sent to the emulator, by a process that is gone, is read in some turns at the latest. */
async function whatIsOnItsWay(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function puts({ emulator }: Desk): readonly unknown[] {
  return emulator.journal.entries.filter(({ method }) => method === 'PUT');
}

function linesOf(desk: Desk, event: string): number {
  return desk.file('wif-contoso.jsonl').split(`"event":"${event}"`).length - 1;
}
