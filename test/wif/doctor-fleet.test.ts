import assert from 'node:assert/strict';
import { useDesk } from './support/desk.ts';

interface Report {
  readonly total: number;
  readonly states: Readonly<Record<string, number>>;
  readonly connections: readonly Row[];
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly checks: string;
  readonly what: string;
}

describe('wif doctor --all', () => {
  const desk = useDesk();
  afterEach(() => desk().assertNoCredential());

  /** One of each state, the last shared with another project. */
  const populate = (): void => {
    const { office } = desk().emulator;
    const other = office.addProject('other');
    office.addConnection({ name: 'well', issuer: 'entra', sharedWith: [other] });
    office.addConnection({ name: 'secret', scheme: 'ServicePrincipal' });
    office.addConnection({
      name: 'broken',
      issuer: 'entra',
      federatedCredential: 'none',
      role: false,
    });
    office.addConnection({ name: 'elsewhere', issuer: 'entra', cloud: 'AzureUSGovernment' });
    office.addForeignConnection('repositories', 'github', other);
  };

  it('has a line for each connection of Azure, each once, the worst first', async () => {
    populate();
    const report = await desk().json<Report>(1, 'doctor', '--all');
    assert.deepEqual(
      report.connections.map(({ name, state, checks }) => [name, state, checks]),
      [
        ['broken', 'problem', 'federated credential, roles'],
        ['secret', 'problem', 'scheme'],
        ['elsewhere', 'unknown', 'cloud'],
        ['well', 'ok', ''],
      ],
    );
    assert.deepEqual(report.states, { problem: 2, unknown: 1, ok: 1 });
    assert.match(report.connections[0]?.what ?? '', /None has the issuer .* no role at/);
  });

  it('is a table for people, and rows for --file of other commands', async () => {
    populate();
    const { out } = await desk().run('doctor', '--all');
    assert.match(out, /^shop +broken +problem +federated credential, roles$/m);
    assert.match(out, /^4 service connections: 2 with a problem, 1 not known, 1 well\.$/m);
    const csv = await desk().run('doctor', '--all', '--output', 'csv');
    desk().write('wave.csv', csv.out);
    const { err } = await desk().run('convert', '--file', 'wave.csv');
    assert.doesNotMatch(err, /CONNECTION_NOT_FOUND/);
  });

  it('says with a personal access token alone what Azure DevOps tells', async () => {
    populate();
    const { office } = desk().emulator;
    desk().environment = { AZURE_DEVOPS_EXT_PAT: office.issuePersonalAccessToken() };
    const report = await desk().json<Report>(1, 'doctor', '--all');
    const states = Object.fromEntries(report.connections.map(({ name, state }) => [name, state]));
    assert.deepEqual(states, {
      secret: 'problem',
      broken: 'unknown',
      elsewhere: 'unknown',
      well: 'unknown',
    });
    const toGraph = desk().emulator.journal.entries.filter(({ route }) => route === 'graph');
    assert.deepEqual(toGraph, []);
  });

  it('asks about an identity once, however many connections share it', async () => {
    const { office } = desk().emulator;
    const resource = office.addManagedIdentity('shop', 'identities');
    for (const name of ['one', 'two', 'three']) {
      const words = ['connect', '-p', 'shop', '--name', name, '--identity', resource.resourceId];
      await desk().run(
        ...words,
        '--role',
        'Reader',
        '--subscription',
        desk().emulator.subscriptionId,
      );
    }
    const before = desk().emulator.journal.entries.length;
    const report = await desk().json<Report>(0, 'doctor', '--all');
    assert.equal(report.total, 3);
    const asked = desk()
      .emulator.journal.entries.slice(before)
      .map(({ path }) => path);
    assert.equal(asked.filter((path) => path.endsWith('/federatedIdentityCredentials')).length, 1);
  });

  const mistakes = [
    ['neither a name nor --all', ['doctor']],
    ['a name and --all', ['doctor', 'one', '--all']],
    ['--fix for all', ['doctor', '--all', '--fix']],
    ['one connection as CSV', ['doctor', 'one', '--output', 'csv']],
  ] as const;
  it('refuses what makes no sense, and asks nobody anything', async () => {
    for (const [title, words] of mistakes) {
      const { code, err } = await desk().run(...words);
      assert.equal(code, 2, title);
      assert.match(err, /USAGE_INVALID/);
    }
    assert.deepEqual(desk().emulator.journal.entries, []);
  });
});
