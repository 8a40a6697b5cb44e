import { deepEqual, equal, notEqual, ok, rejects } from 'node:assert/strict';
import { Broker } from '../../../src/broker/broker.ts';
import { Secret } from '../../../src/secret.ts';
import type { BrokerState } from '../../../src/wire/broker-state.ts';
import type { ConnectionOrder } from '../../../src/wire/messages.ts';
import { anOrder, someSettings, stateFile, tempDirectory } from '../../support/broker-fixture.ts';
import { anAnswer, ids, minutes } from '../../support/builders.ts';
import { emptyFolders } from '../../support/fake-folders.ts';
import { FakeChance, FakeClock, FakeFiles } from '../../support/fakes.ts';
import { Upstream, refused } from '../../support/upstream.ts';

const root = `${tempDirectory}/workload-identity`;
const tokenFile = `${root}/${ids.connection}/id-token`;
const vault = {
  kind: 'file',
  scope: 'https://vault.azure.net/.default',
  path: `${root}/${ids.connection}/V`,
} as const;
const place = {
  port: 50505,
  process: { pid: 200, identity: 'broker' },
  controlCapability: new Secret('control'),
};

class World {
  readonly folders = emptyFolders;
  readonly clock = new FakeClock();
  readonly chance = new FakeChance();
  readonly files = new FakeFiles();
  readonly http = new Upstream(this.clock);
  readonly entra = this.http;

  constructor() {
    this.files.directories.add(root);
  }

  broker(changes: Parameters<typeof someSettings>[0] = {}): Broker {
    return new Broker(someSettings(changes), place, this, { product: '1.2.3' });
  }

  get state(): BrokerState {
    return JSON.parse(this.files.contents.get(stateFile) ?? '') as BrokerState;
  }
}

describe('registering a connection', () => {
  it('signs it in, writes its file, and tells where everything is', async () => {
    const world = new World();
    const registration = await world.broker().register(anOrder());
    const { brokerId, address, issuer, audience } = registration;
    deepEqual(
      [brokerId, address, registration.tokenFile, issuer, audience],
      [
        'this-broker',
        '127.0.0.1:50505',
        tokenFile,
        `https://login.microsoftonline.com/${ids.tenant}/v2.0`,
        'api://AzureADTokenExchange',
      ],
    );
    notEqual(registration.idTokenCapability, registration.managedIdentityCapability);
    ok(world.http.accepts(world.files.contents.get(tokenFile) ?? ''));
  });

  it('twice is one session with the endpoints that it had', async () => {
    const world = new World();
    const broker = world.broker();
    const first = await broker.register(anOrder());
    deepEqual(await broker.register(anOrder()), first);
    equal(world.http.visits.length, 1);
    equal(world.state.connections.length, 1);
  });

  it('twice at the same moment is one session as well', async () => {
    const world = new World();
    const broker = world.broker();
    const [one, other] = await Promise.all([
      broker.register(anOrder()),
      broker.register(anOrder()),
    ]);
    deepEqual(one, other);
    equal(world.http.visits.length, 1);
  });

  it('leaves nothing of a connection that gets no first token', async () => {
    const world = new World();
    const broker = world.broker();
    world.http.devOpsFault = () => anAnswer({ status: 404 });
    await rejects(broker.register(anOrder()), { code: 'CONNECTION_NOT_FOUND' });
    ok(broker.isEmpty);
    deepEqual(world.files.all, [root, stateFile]);
    deepEqual(world.state.connections, []);
  });

  it('tells why there is no first token also where the files cannot be removed', async () => {
    const world = new World();
    world.http.devOpsFault = () => anAnswer({ status: 404 });
    world.files.remove = () => Promise.reject(Object.assign(new Error('held'), { code: 'EBUSY' }));
    await rejects(world.broker().register(anOrder()), { code: 'CONNECTION_NOT_FOUND' });
  });

  it('leaves nothing of a connection whose access token for a file is refused', async () => {
    const world = new World();
    const broker = world.broker();
    world.http.entraFault = () => refused({ aadsts: [53003], status: 400 });
    const order = anOrder({ places: [vault] });
    await rejects(broker.register(order), { code: 'AADSTS53003' });
    deepEqual(world.files.all, [root, stateFile]);
  });

  it('again, and in vain, leaves the session and its earlier files as they were', async () => {
    const world = new World();
    const broker = world.broker();
    await broker.register(anOrder({ places: [vault] }));
    world.http.entraFault = () => refused({ aadsts: [53003], status: 400 });
    const more = {
      kind: 'file',
      scope: 'https://wrong.example/.default',
      path: `${root}/wrong`,
    } as const;
    await rejects(broker.register(anOrder({ places: [vault, more] })));
    deepEqual(broker.session(ids.connection)?.session.connection.places, [vault]);
    deepEqual(world.state.connections[0]?.places, [vault]);
  });

  const wrongIds = ['', '..', '../x', 'a/b', 'a'.repeat(65), 'a.b', 'x\n'];
  for (const id of wrongIds) {
    it(`refuses ${JSON.stringify(id).slice(0, 12)} as the ID of a connection`, async () => {
      await rejects(new World().broker().register(anOrder({ id })), TypeError);
    });
  }

  it('keeps 100 connections signed in, and refuses the 201st', async () => {
    const world = new World();
    const broker = world.broker();
    const order = (index: number): ConnectionOrder => anOrder({ id: `connection-${index}` });
    for (let index = 0; index < 100; index += 1) await broker.register(order(index));
    const before = world.http.visits.length;
    await world.clock.advance(minutes(2));
    await broker.tend();
    equal(world.http.visits.length - before, 100);
    for (let index = 100; index < 200; index += 1) await broker.register(order(index));
    await rejects(broker.register(order(200)), { code: 'BROKER_BUSY', kind: 'definite' });
  });
});

describe('the state file', () => {
  it('holds what a successor needs to take over, and no token', async () => {
    const world = new World();
    const broker = world.broker();
    const registration = await broker.register(anOrder({ places: [vault] }));
    const { state } = world;
    deepEqual(
      [state.brokerId, state.jobId, state.port, state.process, state.controlCapability],
      ['this-broker', ids.job, 50505, place.process, 'control'],
    );
    const text = world.files.contents.get(stateFile) ?? '';
    for (const secret of ['the-job-access-token', world.files.contents.get(tokenFile) ?? 'none']) {
      ok(!text.includes(secret));
    }

    const next = new World();
    const { connections: kept, port } = state;
    const successor = next.broker({ brokerId: 'successor', kept, port });
    await next.files.makePrivateDirectory(`${root}/${ids.connection}`);
    await successor.tend();
    await successor.tend();
    const after = await successor.register(anOrder());
    deepEqual([after.address, after.tokenFile], [registration.address, registration.tokenFile]);
    ok(next.http.accepts(next.files.contents.get(vault.path) ?? ''));
  });

  for (const port of [place.port, place.port + 1]) {
    it(`opens nothing at port ${port} to what opened the one before it, whose port nobody watched`, async () => {
      await opensNothingOfOld(port);
    });
  }

  async function opensNothingOfOld(port: number): Promise<void> {
    const world = new World();
    const { idTokenCapability, managedIdentityCapability } = await world
      .broker()
      .register(anOrder());
    const next = new World();
    for (let made = 0; made < 4; made += 1) next.chance.capability();
    const successor = next.broker({ kept: world.state.connections, port });
    const registration = await successor.register(anOrder());
    notEqual(registration.idTokenCapability, idTokenCapability);
    notEqual(registration.managedIdentityCapability, managedIdentityCapability);
  }

  it('forgets a connection that is dismissed, with its files', async () => {
    const world = new World();
    const broker = world.broker();
    await broker.register(anOrder());
    await broker.register(anOrder({ id: 'other' }));
    await broker.dismiss(ids.connection);
    await broker.dismiss('unknown');
    deepEqual(
      world.state.connections.map(({ id }) => id),
      ['other'],
    );
    equal(world.files.contents.has(tokenFile), false);
    equal(broker.session(ids.connection), undefined);
  });
});

describe('a broker', () => {
  it('has nothing to do without connections, and rests until the first token is due', async () => {
    const world = new World();
    const broker = world.broker();
    equal(broker.dueInMs(), Number.POSITIVE_INFINITY);
    await broker.register(anOrder());
    ok(broker.dueInMs() > minutes(1.8) && broker.dueInMs() <= minutes(2));
  });

  it('reports what happened to each connection', async () => {
    const world = new World();
    const broker = world.broker();
    await broker.register(anOrder({ places: [vault] }));
    await world.clock.advance(minutes(2));
    world.http.devOpsFault = () => anAnswer({ status: 503 });
    await broker.tend();
    const { connections, startedOn, endedOn } = broker.report();
    equal(Date.parse(endedOn) - Date.parse(startedOn), minutes(2));
    const [connection] = connections;
    ok(connection !== undefined);
    const { lastFailure, ...counts } = connection;
    deepEqual(counts, {
      name: 'production',
      idTokens: 1,
      accessTokens: 1,
      failedRequests: 1,
      served: {},
      refusedAnswers: 0,
      longestWaitMs: 0,
    });
    equal(lastFailure?.isOver, false);
    ok(lastFailure.message.includes('out of order'));
  });

  it('does not trust a message about where the job token may go', async () => {
    const { job } = someSettings();
    const oidcRequestUri = job.oidcRequestUri.replace('dev.azure.com', 'evil.example');
    const world = new World();
    const open = (): unknown => world.broker({ job: { ...job, oidcRequestUri } });
    await rejects(Promise.resolve().then(open), { code: 'OIDC_URI_REFUSED' });
  });
});
