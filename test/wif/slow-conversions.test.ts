import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceConnection } from '../harness/emulator/emulator.ts';
import { useDesk } from './support/desk.ts';
import type { ChangeReport } from './support/reports.ts';

const journal = 'wif-contoso.jsonl';
const none = { reason: '', detail: '' };

describe('wif convert, where Azure DevOps takes its time or lacks rights', function () {
  this.timeout(60_000);
  const desk = useDesk();
  const secretConnection = (name: string): ServiceConnection =>
    desk().emulator.office.addConnection({ name, scheme: 'ServicePrincipal' });
  const conversions = (): readonly string[] =>
    desk().emulator.office.conversions.map(({ id }) => id);
  afterEach(() => desk().assertNoCredential(...(desk().has(journal) ? [journal] : [])));

  it('waits for a conversion that takes longer than its answer', async () => {
    const { id } = secretConnection('slow');
    desk().emulator.office.conversionMs = 5_000;
    const report = await desk().json<ChangeReport>(0, 'convert', 'slow', '--apply');
    assert.deepEqual(report.results, { converted: 1 });
    assert.equal(report.connections[0]?.by, 'this run');
    assert.deepEqual(conversions(), [id]);
  });

  it('says "under way" when it stops waiting, and tells the next time that it did it', async () => {
    const { id } = secretConnection('slow');
    desk().emulator.office.conversionMs = 60_000;
    const first = await desk().json<ChangeReport>(3, 'convert', 'slow', '--apply', '--wait', '1');
    assert.deepEqual(first.results, { 'under way': 1 });
    assert.match(first.connections[0]?.detail ?? '', /still working on it/);
    const second = await desk().json<ChangeReport>(3, 'convert', 'slow', '--apply', '--wait', '1');
    assert.deepEqual(second.results, { 'under way': 1 });
    desk().emulator.office.conversionMs = 0;
    const third = await desk().json<ChangeReport>(0, 'convert', 'slow', '--apply');
    assert.deepEqual(third.results, { converted: 1 });
    assert.equal(third.connections[0]?.by, 'an interrupted run');
    assert.deepEqual(conversions(), [id]);
    const puts = desk().emulator.journal.entries.filter(({ method }) => method === 'PUT');
    assert.equal(puts.length, 1, 'and asked for it once');
    const fourth = await desk().json<ChangeReport>(0, 'convert', 'slow', '--apply');
    assert.equal(fourth.connections[0]?.by, 'an earlier run');
  });

  it('leaves alone what Azure DevOps works on for somebody else', async () => {
    secretConnection('slow');
    desk().emulator.office.conversionMs = 60_000;
    const others = ['--journal', 'other.jsonl', '--wait', '1'];
    await desk().run('convert', 'slow', '--apply', ...others);
    const report = await desk().json<ChangeReport>(1, 'convert', 'slow', '--apply', '--wait', '1');
    assert.equal(report.connections[0]?.reason, 'under-way');
  });

  const orphan = (): ServiceConnection =>
    desk().emulator.office.addConnection({
      name: 'orphan',
      scheme: 'ServicePrincipal',
      creatorHasLeft: true,
    });

  it('makes the credential with the rights of the caller where the creator has left', async () => {
    const { id, clientId } = orphan();
    const report = await desk().json<ChangeReport>(0, 'convert', 'orphan', '--apply');
    assert.deepEqual(report.results, { converted: 1 });
    assert.deepEqual(conversions(), [id]);
    const credentials = desk().emulator.office.application(clientId).federatedCredentials;
    assert.equal(credentials.length, 1);
  });

  it('says who may make it where the caller may not, and goes on there afterwards', async () => {
    const { id, clientId } = orphan();
    const { office } = desk().emulator;
    const { environment } = desk();
    desk().environment = office.addAdministrator({ graph: 'read' }).environment;
    const denied = await desk().json<ChangeReport>(1, 'convert', 'orphan', '--apply');
    const [{ reason, detail } = none] = denied.connections;
    assert.equal(reason, 'ACCESS_DENIED');
    assert.match(detail, new RegExp(`az ad app federated-credential create --id ${clientId} `));
    const foreseen = await desk().json<ChangeReport>(0, 'convert', '--all');
    assert.match(foreseen.connections[0]?.detail ?? '', /an earlier conversion failed/);
    desk().environment = environment;
    const report = await desk().json<ChangeReport>(0, 'convert', 'orphan', '--apply');
    assert.deepEqual(report.results, { converted: 1 });
    assert.deepEqual(conversions(), [id]);
  });

  it('converts the others where one needs a sign-in to Entra that there is not', async () => {
    orphan();
    secretConnection('one');
    const token = desk().emulator.office.issuePersonalAccessToken();
    desk().environment = { AZURE_DEVOPS_EXT_PAT: token };
    const report = await desk().json<ChangeReport>(3, 'convert', '--all', '--apply');
    assert.deepEqual(report.results, { converted: 1, failed: 1 });
    const failed = report.connections.find(({ name }) => name === 'orphan') ?? none;
    assert.match(failed.detail, /az login/);
  });

  it('takes the values that list prints as a file of names', async () => {
    secretConnection('one');
    secretConnection('two, "quoted"');
    const { out } = await desk().run('list', '--output', 'csv');
    writeFileSync(join(desk().folder, 'wave.csv'), out);
    const report = await desk().json<ChangeReport>(0, 'convert', '--file', 'wave.csv', '--apply');
    assert.deepEqual(report.results, { converted: 2 });
  });
});
