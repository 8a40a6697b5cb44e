import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EmulatorRequest, Fault, ServiceConnection } from '../harness/emulator/emulator.ts';
import { until, useDesk } from './support/desk.ts';
import type { ChangeReport } from './support/reports.ts';

const journal = 'wif-contoso.jsonl';
const none = { reason: '', detail: '' };
const isPut = ({ method }: EmulatorRequest): boolean => method === 'PUT';

describe('wif convert', function () {
  this.timeout(60_000);
  const desk = useDesk();
  const secretConnection = (name: string): ServiceConnection =>
    desk().emulator.office.addConnection({ name, scheme: 'ServicePrincipal' });
  const inject = (kind: Fault['kind'], options: Partial<Fault> = {}): void =>
    void desk().emulator.faults.inject({ at: 'service-endpoints', kind, ...options });
  const conversions = (): readonly string[] =>
    desk().emulator.office.conversions.map(({ id }) => id);
  afterEach(() => desk().assertNoCredential(...(desk().has(journal) ? [journal] : [])));

  it('takes names, project/name, IDs and a file, and converts each of them', async () => {
    const [one, two, three, four] = ['one', 'two', 'three', 'four'].map(secretConnection);
    writeFileSync(
      join(desk().folder, 'wave.txt'),
      `# the first wave\n${three?.id ?? ''}\n\nFOUR\n`,
    );
    const words = ['one', 'shop/two', '--file', 'wave.txt', '--apply'];
    const report = await desk().json<ChangeReport>(0, 'convert', ...words);
    assert.deepEqual(report.results, { converted: 4 });
    assert.deepEqual([...conversions()].sort(), [one, two, three, four].map((c) => c?.id).sort());
  });

  it('sends the whole record, and tells until when it can be reverted', async () => {
    secretConnection('one');
    const { out, code } = await desk().run('convert', 'one', '--apply');
    assert.equal(code, 0);
    assert.match(out, /shop +one +converted +this run +can be reverted until \d{4}-/);
    assert.match(out, /1 service connection: 1 converted\.\nJournal: wif-contoso\.jsonl/);
  });

  it('takes a personal access token in place of a sign-in to Entra', async () => {
    secretConnection('one');
    const token = desk().emulator.office.issuePersonalAccessToken();
    desk().environment = { AZURE_DEVOPS_EXT_PAT: token };
    await desk().json<ChangeReport>(0, 'convert', 'one', '--apply');
    assert.equal(conversions().length, 1);
  });

  it('counts a connection that was named and cannot be converted as undone', async () => {
    secretConnection('one');
    desk().emulator.office.addConnection({
      name: 'two',
      scheme: 'ServicePrincipal',
      creationMode: 'Manual',
    });
    const report = await desk().json<ChangeReport>(3, 'convert', 'one', 'two', '--apply');
    assert.deepEqual(report.results, { converted: 1, skipped: 1 });
    assert.match(report.connections[1]?.detail ?? '', /created manually/);
  });

  it('does nothing at all if one of the names is wrong or means several', async () => {
    const { office } = desk().emulator;
    secretConnection('one');
    office.addConnection({
      name: 'one',
      scheme: 'ServicePrincipal',
      project: office.addProject('other'),
    });
    const missing = await desk().run('convert', 'one', 'none', '-p', 'shop', '--apply');
    assert.equal(missing.code, 1);
    assert.match(missing.err, /CONNECTION_NOT_FOUND: .*"none"/);
    const several = await desk().run('convert', 'one', '--apply');
    assert.match(several.err, /CONNECTION_AMBIGUOUS: .*other, shop|shop, other/);
    assert.deepEqual(conversions(), []);
  });

  it('waits as long as Azure DevOps asks for', async () => {
    secretConnection('one');
    inject({ status: 429, retryAfterSeconds: 2 }, { when: isPut, times: 1 });
    const start = Date.now();
    const { code, err } = await desk().run('convert', 'one', '--apply');
    assert.equal(code, 0);
    assert.ok(Date.now() - start >= 2_000);
    assert.match(err, /Azure DevOps asks for patience: waiting 2 s/);
  });

  const losses: readonly (readonly [string, Fault['kind']])[] = [
    ['its answer is cut off', 'cut-off'],
    ['its answer is truncated', 'truncated'],
    ['its answer is a page of something in between', 'html'],
    ['the connection is reset before it', 'reset'],
    ['the service is out of order', { status: 503 }],
  ];
  for (const [title, kind] of losses) {
    it(`converts once although, at the change, ${title}`, async () => {
      const { id } = secretConnection('one');
      inject(kind, { when: isPut, times: 1 });
      const report = await desk().json<ChangeReport>(0, 'convert', 'one', '--apply');
      assert.deepEqual(report.results, { converted: 1 });
      assert.deepEqual(conversions(), [id]);
    });
  }

  for (const kind of ['sign-in-page', 'sign-in-redirect', { status: 401 }] as const) {
    it(`ends the run when the sign-in no longer holds (${JSON.stringify(kind)})`, async () => {
      for (let number = 0; number < 30; number += 1) secretConnection(`c${number}`);
      let puts = 0;
      inject(kind, { when: (request) => isPut(request) && (puts += 1) > 5 });
      const report = await desk().json<ChangeReport>(3, 'convert', '--all', '--apply');
      const { converted = 0, failed = 0, 'not started': rest = 0 } = report.results;
      assert.equal(converted + failed + rest, 30);
      assert.equal(converted, conversions().length);
      assert.ok(failed >= 1 && failed <= 4 && rest > 0);
      desk().emulator.faults.clear();
      const again = await desk().json<ChangeReport>(0, 'convert', '--all', '--apply');
      assert.deepEqual(again.results, { converted: 30 });
      assert.equal(new Set(conversions()).size, conversions().length);
    });
  }

  it('says who must do it when the caller may not', async () => {
    secretConnection('one');
    const { environment } = desk().emulator.office.addAdministrator({ connections: 'read' });
    desk().environment = environment;
    const report = await desk().json<ChangeReport>(1, 'convert', 'one', '--apply');
    const [{ reason, detail } = none] = report.connections;
    assert.equal(reason, 'ACCESS_DENIED');
    assert.match(detail, /role Administrator on the service connection/);
  });

  it('tells what Azure DevOps says when it may not change the app registration', async () => {
    const { office } = desk().emulator;
    office.addConnection({ name: 'locked', scheme: 'ServicePrincipal', isLocked: true });
    const report = await desk().json<ChangeReport>(1, 'convert', 'locked', '--apply');
    const [{ reason, detail } = none] = report.connections;
    assert.equal(reason, 'CHANGE_REFUSED');
    assert.match(detail, /Insufficient privileges/);
    assert.match(desk().file(journal), /"event":"end".*"outcome":"failed","code":"CHANGE_REFUSED"/);
  });

  it('leaves alone what was reverted since, unless a new journal is given', async () => {
    secretConnection('one');
    await desk().run('convert', 'one', '--apply');
    await desk().run('revert', 'one', '--apply', '--journal', 'other.jsonl');
    const alone = await desk().json<ChangeReport>(1, 'convert', 'one', '--apply');
    assert.deepEqual(alone.results, { skipped: 1 });
    const [{ reason, detail } = none] = alone.connections;
    assert.equal(reason, 'reverted-since');
    assert.match(detail, /use a new --journal/);
    assert.equal(conversions().length, 2, 'there and back, and no third time');
    await desk().json<ChangeReport>(0, 'convert', 'one', '--apply', '--journal', 'new.jsonl');
    assert.equal(conversions().length, 3);
  });

  it('ends what is under way at Ctrl-C, and tells what was not begun', async () => {
    for (let number = 0; number < 40; number += 1) secretConnection(`c${number}`);
    inject({ delayMs: 50 }, { when: isPut });
    const run = desk().start('convert', '--all', '--apply', '--output', 'json');
    await until(() => conversions().length >= 8);
    run.kill('SIGINT');
    const { code, out, err } = await run.ended;
    assert.equal(code, 3, err);
    const { results } = JSON.parse(out) as ChangeReport;
    assert.equal(results['converted'], conversions().length);
    assert.equal((results['converted'] ?? 0) + (results['not started'] ?? 0), 40);
  });

  it('keeps a second run away from the journal of the first', async () => {
    for (let number = 0; number < 10; number += 1) secretConnection(`c${number}`);
    inject({ delayMs: 1_000 }, { when: isPut });
    const first = desk().start('convert', '--all', '--apply');
    await until(() => conversions().length >= 1);
    // It stands still meanwhile, so that it is not through before the second has begun.
    first.kill('SIGSTOP');
    const second = await desk().run('convert', '--all', '--apply');
    first.kill('SIGCONT');
    assert.equal(second.code, 1);
    assert.match(second.err, /JOURNAL_BUSY/);
    assert.equal((await first.ended).code, 0);
    assert.equal(conversions().length, 10);
  });

  it('writes to no file that is not a journal', async () => {
    secretConnection('one');
    writeFileSync(join(desk().folder, 'notes.txt'), 'my notes\n');
    const { code, err } = await desk().run('convert', 'one', '--apply', '--journal', 'notes.txt');
    assert.equal(code, 1);
    assert.match(err, /JOURNAL_UNUSABLE/);
    assert.equal(desk().file('notes.txt'), 'my notes\n');
    assert.deepEqual(conversions(), []);
  });

  it('writes CSV in which no name is a formula', async () => {
    secretConnection('=1+1, "x"');
    const { out } = await desk().run('convert', '--all', '--output', 'csv');
    const [head, row] = out.split('\r\n');
    assert.equal(head, 'project,name,id,result,by,reason,detail');
    assert.match(row ?? '', /^shop,"'=1\+1, ""x""",[0-9a-f-]{36},would convert,,,/);
  });

  it('goes on with the other projects of an organization when one cannot be read', async () => {
    const { office } = desk().emulator;
    secretConnection('one');
    const { id } = office.addProject('closed');
    inject({ status: 403 }, { when: ({ path }) => path.includes(id) });
    const { code, err, out } = await desk().run('convert', '--all', '--apply');
    assert.equal(code, 3);
    assert.match(err, /ACCESS_DENIED: .*project "closed"/);
    assert.match(out, /1 converted/);
  });
});

describe('wif revert', function () {
  this.timeout(60_000);
  const desk = useDesk();

  it('goes back to the secret within seven days, and not after them', async () => {
    const { office } = desk().emulator;
    const [early, late] = ['early', 'late'].map((name) =>
      office.addConnection({ name, scheme: 'ServicePrincipal' }),
    );
    office.addConnection({ name: 'born federated' });
    await desk().run('convert', 'early', 'late', '--apply');
    office.endReversal(late?.id ?? '');
    const foreseen = await desk().json<ChangeReport>(0, 'revert', '--all');
    assert.deepEqual(foreseen.results, { skipped: 2, 'would revert': 1 });
    const report = await desk().json<ChangeReport>(0, 'revert', '--all', '--apply');
    const reasons = Object.fromEntries(
      report.connections.map(({ name, reason }) => [name, reason]),
    );
    assert.deepEqual(reasons, {
      early: '',
      late: 'revert-too-late',
      'born federated': 'not-converted',
    });
    assert.equal(
      office.connection(early?.id ?? '').endpoint.authorization.scheme,
      'ServicePrincipal',
    );
    await desk().json<ChangeReport>(0, 'revert', 'early', '--apply');
    assert.equal(office.conversions.length, 3, 'and not twice');
    await desk().json<ChangeReport>(0, 'convert', 'early', '--apply');
    assert.equal(office.conversions.length, 4, 'the same journal allows the way there again');
    desk().assertNoCredential(journal);
  });
});
