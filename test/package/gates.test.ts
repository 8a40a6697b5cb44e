import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NetworkTrouble } from '../../src/ports.ts';
import { aConnection, stepEnvironment } from '../bench/agent-step.ts';
import { simulatedHour } from '../bench/simulated-hour.ts';
import { assertGreen, linesOf, useTheatre } from '../e2e/support/theatre.ts';
import { BrokerFixture } from '../support/broker-fixture.ts';
import { minutes } from '../support/builders.ts';
import { refused } from '../support/upstream.ts';
import { fileOf, openPackage, repository, taskNames, type TaskName } from './packed-extension.ts';

const kilobyte = 1000;

/** What each bundle may weigh unpacked: node reads all of it, used or not (3 to 4 ms for 100 kB). */
const heaviest = { 'index.mjs': 320, 'broker.mjs': 136, 'azure.mjs': 275 } as const;

/** Built-ins that a step may have loaded when it first acts; each costs up to 9 ms. */
const loadedBySteps = [
  ...['_http_agent', '_http_client', '_http_common', '_http_incoming', '_http_outgoing'],
  ...['_http_server', 'child_process', 'crypto', 'dgram', 'diagnostics_channel', 'fs/promises'],
  ...['http', 'module', 'net', 'os', 'stream', 'stream/promises', 'string_decoder'],
  ...['timers/promises'],
  // The task's own network settings ask for the authorities that node knows.
  ...['_tls_common', '_tls_wrap', 'tls'],
];

/** What starting a process takes, before anything else is loaded. */
const loadedToStart = [
  ...['child_process', 'dgram', 'diagnostics_channel', 'module', 'net', 'stream'],
  ...['stream/promises', 'string_decoder', 'timers/promises'],
];

/** What Azure's libraries add before their first request. */
const loadedByLibraries = [
  ...['assert', 'dns', 'https', 'perf_hooks', 'process', 'tty', 'worker_threads', 'zlib'],
];

/** Nothing else loads it. */
const markOfLibraries = 'zlib';

interface FirstMove {
  readonly when: 'connection' | 'process' | 'end';
  readonly loaded: readonly string[];
}

describe('What a step loads before it acts', function () {
  this.timeout(120_000);
  const extension = openPackage();

  it('weighs no more than the budgets of its start-up allow', () => {
    for (const task of taskNames) {
      for (const [name, limit] of Object.entries(heaviest)) {
        const size = fileOf(extension, `${task}/${name}`).content.length;
        assert.ok(size <= limit * kilobyte, `${task}/${name}: ${size} bytes`);
      }
    }
  });

  it('is its own bundle, and neither the broker nor the Azure libraries, where nothing is asked', () => {
    const { when, loaded } = firstMove('TerraformOidcEnv', { mode: 'native' }, ['index.mjs']);
    assert.equal(when, 'end');
    assertLoads(loaded, loadedBySteps);
  });

  it('is next to nothing when it starts the broker', () => {
    const { when, loaded } = firstMove('TokenRefresher', {}, ['index.mjs']);
    assert.equal(when, 'process');
    assertLoads(loaded, loadedToStart);
  });

  it('is no implementation of fetch in the broker, when it is ready to be told what to do', () => {
    const { when, loaded } = firstMove('TokenRefresher', {}, ['broker.mjs', 'azure.mjs']);
    assert.equal(when, 'end');
    assertLoads(loaded, [...loadedBySteps, ...loadedByLibraries, 'v8']);
    assert.ok(loaded.includes(markOfLibraries));
  });

  it('is no implementation of fetch when the first request leaves', () => {
    const files = ['index.mjs', 'azure.mjs'] as const;
    const inputs = { tools: 'none', refresh: 'false', verify: 'true' };
    const { when, loaded } = firstMove('FederatedLogin', inputs, files);
    assert.equal(when, 'connection');
    assertLoads(loaded, [...loadedBySteps, ...loadedByLibraries]);
    assert.ok(loaded.includes(markOfLibraries));
  });

  function assertLoads(loaded: readonly string[], allowed: readonly string[]): void {
    const more = loaded.filter((name) => !name.startsWith('internal/') && !allowed.includes(name));
    assert.deepEqual(more, []);
    assert.ok(!loaded.includes('internal/deps/undici/undici'), 'fetch was loaded');
  }

  /** Runs a step or its broker, with only some of their files, until it reaches for the world. */
  function firstMove(
    task: TaskName,
    inputs: Readonly<Record<string, string>>,
    files: readonly [program: string, ...beside: string[]],
  ): FirstMove {
    const folder = mkdtempSync(join(tmpdir(), 'first-move-'));
    try {
      const temp = join(folder, '_temp');
      mkdirSync(temp);
      for (const name of files) {
        writeFileSync(join(folder, name), fileOf(extension, `${task}/${name}`).content);
      }
      const report = join(folder, 'report.json');
      const probe = join(repository, 'test', 'bench', 'first-byte.cjs');
      const { stdout, stderr } = spawnSync(
        process.execPath,
        ['--require', probe, join(folder, files[0])],
        {
          env: { ...stepEnvironment(temp, aConnection(), inputs), FIRST_BYTE_FILE: report },
          encoding: 'utf8',
          timeout: 100_000,
        },
      );
      assert.doesNotMatch(stdout, /result=Failed/, stdout + stderr);
      return JSON.parse(readFileSync(report, 'utf8')) as FirstMove;
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
});

describe('What a job asks of Azure', function () {
  this.timeout(300_000);
  const theatre = useTheatre();

  const step = (task: TaskName, more = ''): string =>
    `  - task: ${task}@1\n    inputs: { azureSubscription: shop${more} }\n`;

  /** Of this agent alone: others may be at work on this machine. */
  const count = `
  - bash: echo "brokers$(pgrep -f "$AGENT_WORKFOLDER/_tasks/.*/broker.mjs" | tr '\\n' ' ' | sed 's/^/ /')"
    displayName: count
`;

  interface Asked {
    readonly routes: readonly string[];
    readonly brokers: number;
    /** What stands behind `node` where brokers run. */
    readonly brokerArguments: readonly string[];
  }

  async function asked(steps: string): Promise<Asked> {
    const { emulator, stage } = theatre;
    const connection = emulator.addServiceConnection({ name: 'shop' });
    const pipeline = `steps:\n${steps}${count}`;
    const play = await stage.play({ pipeline, connections: [connection] });
    assertGreen(play);
    const found = linesOf(play.report, 'count').find((line) => line.startsWith('brokers')) ?? '';
    // The search that counts them is not one of them.
    const ofBrokers = play.argumentsSeen.filter(
      ([program = '', ...others]) =>
        /\bnode$/.test(program) &&
        others.some((path) => path.startsWith(stage.folder) && path.endsWith('/broker.mjs')),
    );
    return {
      routes: play.journal.map(({ route }) => route).sort(),
      brokers: (found.match(/\d+/g) ?? []).length,
      brokerArguments: [...new Set(ofBrokers.flatMap(([, ...others]) => others))],
    };
  }

  it('is nothing for Terraform that asks itself', async () => {
    const { routes, brokers } = await asked(step('TerraformOidcEnv', ', mode: native'));
    assert.deepEqual(routes, []);
    assert.equal(brokers, 0);
  });

  it('is one ID token, one access token and the subscription for a sign-in of the moment', async () => {
    const { routes, brokers } = await asked(
      step('FederatedLogin', ', tools: none, refresh: false'),
    );
    assert.deepEqual(routes, ['arm', 'entra-token', 'oidctoken']);
    assert.equal(brokers, 0);
  });

  it('is the same for all three tasks together, which share one broker', async () => {
    const { routes, brokers, brokerArguments } = await asked(
      step('TokenRefresher') + step('TerraformOidcEnv') + step('FederatedLogin', ', tools: none'),
    );
    assert.deepEqual(routes, ['arm', 'entra-token', 'oidctoken']);
    assert.equal(brokers, 1);
    // Flags of node and the script: nothing that another user of the machine should not read.
    const others = brokerArguments.filter((argument) => !/^--[\w-]+(=\d+)?$/.test(argument));
    assert.equal(others.length, 1);
  });
});

describe('What the broker asks of Azure', () => {
  const callers = 100;

  it('is one request for a hundred clients that want the same access token', async () => {
    const job = await new BrokerFixture().start();
    await Promise.all(Array.from({ length: callers }, () => job.accessToken()));
    assert.equal(job.upstream.visitsTo('entra').length, 1);
    assert.equal(job.upstream.visitsTo('devops').length, 1);
  });

  it('is one request for a hundred clients while Entra is out of order', async () => {
    const job = await new BrokerFixture().start();
    job.upstream.entraFault = () => refused({ status: 503 });
    await Promise.all(Array.from({ length: callers }, () => job.accessToken()));
    assert.equal(job.upstream.visitsTo('entra').length, 1);
  });

  it('is at most one request for a hundred clients while Azure DevOps is out of order', async () => {
    const job = await new BrokerFixture().start();
    job.upstream.devOpsFault = () => new NetworkTrouble('connection', 'ECONNRESET');
    await job.clock.advance(minutes(11));
    const before = job.upstream.visitsTo('devops').length;
    await Promise.all(Array.from({ length: callers }, () => job.idToken()));
    assert.ok(job.upstream.visitsTo('devops').length - before <= 1);
  });

  it('is at most 32 ID tokens and two access tokens an hour, and no more for clients that ask often', async () => {
    const { devops, entra } = await simulatedHour(1);
    assert.ok(devops <= 32, `${devops} requests to Azure DevOps`);
    assert.ok(entra <= 2, `${entra} requests to Entra`);
  });

  it('grows with the scopes in use, and the ID tokens do not', async () => {
    const one = await simulatedHour(1);
    const ten = await simulatedHour(10);
    assert.equal(ten.devops, one.devops);
    assert.equal(ten.entra, 10 * one.entra);
  });
});
