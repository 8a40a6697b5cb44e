import assert from 'node:assert/strict';
import { guardedProxy } from '../e2e/support/guarded-proxy.ts';
import { useDesk } from './support/desk.ts';

interface Report {
  readonly connections: readonly { readonly name: string; readonly lastUsedOn?: string }[];
}

const lastWeek = new Date('2026-11-16T08:30:00Z');

describe('wif list --last-used', function () {
  this.timeout(30_000);
  const desk = useDesk();
  const historyReads = (): number =>
    desk().emulator.journal.entries.filter(({ path }) => path.includes('/executionhistory')).length;
  beforeEach(() => {
    const { office } = desk().emulator;
    office.addConnection({ name: 'busy', lastUsedOn: lastWeek });
    office.addConnection({ name: 'idle' });
  });
  afterEach(() => desk().assertNoCredential());

  it('tells when a pipeline last used each, and nothing of those without a history', async () => {
    const { connections } = await desk().json<Report>(0, 'list', '--last-used');
    assert.deepEqual(
      connections.map(({ name, lastUsedOn }) => [name, lastUsedOn]),
      [
        ['busy', lastWeek.toISOString()],
        ['idle', ''],
      ],
    );
    assert.equal(historyReads(), 2);
  });

  it('gives people a column for it', async () => {
    const { code, out } = await desk().run('list', '--last-used');
    assert.equal(code, 0);
    assert.match(out, /^Project .* Last used +Convert$/m);
    assert.match(out, /^shop +busy .* 2026-11-16T08:30:00\.000Z /m);
    assert.equal(out.split('2026-11-16').length, 2, 'and of the other no time');
  });

  it('leaves the column out where no connection has a history', async () => {
    const { office } = desk().emulator;
    const project = office.addProject('new');
    office.addConnection({ name: 'fresh', project });
    const { out } = await desk().run('list', '--last-used', '-p', 'new');
    assert.match(out, /^new +fresh /m);
    assert.ok(!out.includes('Last used'), out);
  });

  it('goes on without it where Azure DevOps does not know the preview any more', async () => {
    desk().emulator.faults.inject({
      at: 'service-endpoints',
      kind: { status: 400 },
      when: ({ path }) => path.includes('/executionhistory'),
    });
    const { connections } = await desk().json<Report>(0, 'list', '--last-used');
    assert.deepEqual(
      connections.map(({ lastUsedOn }) => lastUsedOn),
      ['', ''],
    );
  });

  it('reads no history where nobody asked for it', async () => {
    const { connections } = await desk().json<Report>(0, 'list');
    assert.ok(connections.every((connection) => !('lastUsedOn' in connection)));
    assert.equal(historyReads(), 0);
  });
});

describe('wif list of many projects', function () {
  this.timeout(30_000);
  const desk = useDesk();

  it('dials a host, through a proxy, once for each request under way at a time', async () => {
    const { emulator, administrator } = desk();
    for (let number = 0; number < 40; number += 1) emulator.office.addProject(`team ${number}`);
    const proxy = await guardedProxy(emulator.proxyUrl, 'me', 'x');
    const HTTPS_PROXY = proxy.url.replace('//', '//me:x@');
    desk().environment = { ...administrator, HTTPS_PROXY };
    await desk().json<Report>(0, 'list');
    assert.ok(emulator.journal.entries.length > 40);
    assert.ok(proxy.opened <= 12, `${proxy.opened} connections`);
    await proxy.close();
  });
});
