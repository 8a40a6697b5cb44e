import { deepEqual, equal, ok } from 'node:assert/strict';
import type { LoopbackRequest } from '../../../src/delivery/loopback/loopback-request.ts';
import type { BrokerState } from '../../../src/wire/broker-state.ts';
import { readLastWords } from '../../../src/wire/last-words.ts';
import type { BrokerReport } from '../../../src/wire/report.ts';
import {
  BrokerFixture,
  lastWordsFile,
  someSettings,
  stateFile,
  tempDirectory,
} from '../../support/broker-fixture.ts';
import { anAnswer, ids, minutes, seconds } from '../../support/builders.ts';
import { settled } from '../../support/fakes.ts';

const root = `${tempDirectory}/workload-identity`;
const tokenFile = `${root}/${ids.connection}/id-token`;

const stateOf = ({ files }: BrokerFixture): BrokerState =>
  JSON.parse(files.contents.get(stateFile) ?? '') as BrokerState;

function nothingIsLeft(bench: BrokerFixture): void {
  deepEqual(bench.files.all, [tempDirectory]);
  equal(bench.isListening, false);
  equal(bench.clock.sleeping, 0);
}

describe('the life of the background process', () => {
  it('begins with a first token in hand and the state file written', async () => {
    const bench = await new BrokerFixture().start();
    equal(bench.registration.address, '127.0.0.1:50505');
    equal(stateOf(bench).brokerId, 'this-broker');
    ok(bench.upstream.accepts(bench.files.contents.get(tokenFile) ?? ''));
  });

  it('keeps the file fresh for 48 hours, then ends', async function () {
    this.timeout(20_000);
    const bench = await new BrokerFixture().start();
    bench.upstream.idTokenLifeMs = minutes(60);
    for (let hour = 0; hour < 48; hour += 1) {
      await bench.clock.advance(minutes(60));
      const token = bench.files.contents.get(tokenFile) ?? '';
      ok(hour === 47 || bench.upstream.accepts(token), `hour ${hour}`);
    }
    await bench.clock.advance(seconds(10));
    equal(bench.end, 'deadline');
    nothingIsLeft(bench);
  });

  it('leaves its state and its last words when it dies of an error of its own', async () => {
    const bench = await new BrokerFixture().start();
    await bench.crash(new TypeError('eyJ0eXAi.a.token'));
    ok(bench.failure instanceof TypeError);
    equal(bench.isListening, false);
    const text = bench.files.contents.get(lastWordsFile) ?? '';
    const words = readLastWords(text);
    equal(words?.what, 'TypeError');
    equal(words.brokerId, 'this-broker');
    ok(words.place[0]?.includes('run.test.ts'), text);
    ok(!text.includes('eyJ0eXAi'));
    // By these the next task starts a successor.
    ok(bench.files.contents.has(stateFile));
  });

  it('survives an error in a route, and reports its place', async () => {
    const bench = await new BrokerFixture().start();
    const headers = [['host', '127.0.0.1:50505']];
    const broken = { method: 'GET', headers, body: '' } as unknown as LoopbackRequest;
    const { status } = await bench.handle(broken);
    equal(status, 500);
    equal(bench.end, undefined);
    const { unforeseen } = (await bench.control('status', {})) as BrokerReport;
    equal(unforeseen?.[0]?.what, 'TypeError');
    ok(unforeseen[0].place.length > 0);
  });

  it('wakes no more often at rest than the watch for the end of the job does', async () => {
    const bench = await new BrokerFixture().start();
    let wakes = 0;
    const { clock } = bench;
    const sleep = clock.sleep.bind(clock);
    clock.sleep = (ms, signal) => {
      wakes += 1;
      return sleep(ms, signal);
    };
    await clock.advance(minutes(60));
    // One watch in eight seconds, and two wakes for each of the refreshes every two minutes.
    ok(wakes <= 450 + 31 * 2.5, `${wakes} wakes in an hour`);
  });

  it('does not turn faster while it waits for a slow answer or for an outage to end', async () => {
    const bench = await new BrokerFixture().start();
    let wakes = 0;
    const { clock, upstream } = bench;
    const sleep = clock.sleep.bind(clock);
    clock.sleep = (ms, signal) => {
      wakes += 1;
      return sleep(ms, signal);
    };
    upstream.devOpsFault = () => anAnswer({ status: 503 });
    await clock.advance(minutes(30));
    ok(wakes <= (30 * 60) / 2, `${wakes} wakes in half an hour of outage`);
    wakes = 0;
    upstream.devOpsFault = undefined;
    upstream.latencyMs = seconds(44);
    await clock.advance(minutes(2));
    ok(wakes <= 1.2 * 120, `${wakes} wakes in two minutes of slow answers`);
  });

  const ends: readonly (readonly [string, (bench: BrokerFixture) => void])[] = [
    ['worker gone', ({ processes }) => processes.alive.delete(100)],
    ['worker gone', ({ processes }) => processes.alive.set(100, 'another process')],
    ['state gone', ({ files }) => void files.remove(root)],
    ['asked to', ({ terminated }) => terminated.abort()],
    ['asked to', (bench) => void bench.control('stop', {})],
  ];
  for (const [end, happen] of ends) {
    it(`ends within ten seconds: ${end}`, async () => {
      const bench = await new BrokerFixture().start();
      // Where a refresh falls just before the watch, which must not be put off by it.
      await bench.clock.advance(seconds(111));
      happen(bench);
      await bench.clock.advance(seconds(10));
      equal(bench.end, end);
      nothingIsLeft(bench);
    });
  }

  it('ends within ten seconds wherever the schedule of refreshing stands', async () => {
    for (let at = 0; at < 20; at += 1) {
      const bench = new BrokerFixture();
      bench.upstream.idTokenLifeMs = seconds(41);
      await bench.start();
      await bench.clock.advance(seconds(30) + at * 700);
      bench.processes.alive.delete(100);
      await bench.clock.advance(seconds(10));
      equal(bench.end, 'worker gone', `after ${at * 700} ms`);
    }
  });

  it('leaves the directory to a broker that has replaced it', async () => {
    const bench = await new BrokerFixture().start();
    const state = { ...stateOf(bench), brokerId: 'successor' };
    bench.files.contents.set(stateFile, JSON.stringify(state));
    await bench.clock.advance(seconds(10));
    equal(bench.end, 'replaced');
    equal(stateOf(bench).brokerId, 'successor');
    ok(bench.files.contents.has(tokenFile));
  });

  const foreign = ['{"protocol":2,"owner":"of another version"}', 'garbage'];
  for (const text of foreign) {
    it(`leaves the directory alone where the state says ${text}`, async () => {
      const bench = await new BrokerFixture().start();
      bench.files.contents.set(stateFile, text);
      await bench.clock.advance(seconds(10));
      equal(bench.end, 'replaced');
      equal(bench.files.contents.get(stateFile), text);
    });
  }

  it('is not ended by a state file that cannot be read for want of handles', async () => {
    const bench = await new BrokerFixture().start();
    const read = bench.files.read.bind(bench.files);
    const noHandles = Object.assign(new Error('too many open files'), { code: 'EMFILE' });
    bench.files.read = () => Promise.reject(noHandles);
    await bench.clock.advance(minutes(5));
    equal(bench.end, undefined);
    bench.files.read = read;
    equal((await bench.idToken()).status, 200);
  });

  it('makes the state its own before the first token, so that one it follows gives way', async () => {
    const bench = new BrokerFixture();
    bench.upstream.devOpsFault = () => anAnswer({ status: 503 });
    await bench.start();
    equal(stateOf(bench).brokerId, 'this-broker');
    deepEqual(bench.told, []);
  });
});

describe('a start that fails', () => {
  it('tells the reason and leaves nothing', async () => {
    const bench = new BrokerFixture();
    bench.upstream.devOpsFault = () => anAnswer({ status: 401 });
    await bench.start();
    await settled();
    const [told] = bench.told;
    ok(told !== undefined && 'failure' in told);
    equal(told.failure.code, 'JOB_TOKEN_REFUSED');
    equal(told.keepsRunning, false);
    equal(bench.end, 'asked to');
    nothingIsLeft(bench);
  });

  it('tells of a job that it does not trust', async () => {
    const bench = new BrokerFixture();
    const job = { ...someSettings().job, oidcRequestUri: 'https://evil.example/oidctoken' };
    await bench.start({}, { job });
    const [told] = bench.told;
    ok(told !== undefined && 'failure' in told);
    equal(told.failure.code, 'OIDC_URI_REFUSED');
    nothingIsLeft(bench);
  });

  it('tells of a directory that cannot be made', async () => {
    const bench = new BrokerFixture();
    bench.files.makePrivateDirectory = () =>
      Promise.reject(Object.assign(new Error('no'), { code: 'EACCES' }));
    await bench.start();
    const [told] = bench.told;
    ok(told !== undefined && 'failure' in told);
    ok(told.failure.message.includes('EACCES'));
    nothingIsLeft(bench);
  });

  it('keeps running for the connections that it took over', async () => {
    const first = await new BrokerFixture().start();
    const { connections } = stateOf(first);
    const bench = new BrokerFixture();
    bench.upstream.devOpsFault = ({ url }) =>
      url.href.includes('serviceConnectionId=new') ? anAnswer({ status: 404 }) : undefined;
    await bench.start({ id: 'new' }, { kept: connections, port: 50505 });
    await settled();
    const [told] = bench.told;
    ok(told !== undefined && 'failure' in told && told.keepsRunning === true);
    await bench.files.makePrivateDirectory(`${root}/${ids.connection}`);
    await bench.clock.advance(seconds(5));
    const [kept] = stateOf(bench).connections;
    const authorization = `Bearer ${kept?.idTokenCapability ?? ''}`;
    const served = await bench.request(`/connections/${ids.connection}/id-token`, {
      authorization,
    });
    equal(served.status, 200);
    equal(bench.end, undefined);
  });
});
