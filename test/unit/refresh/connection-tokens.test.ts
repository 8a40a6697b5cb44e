import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { ConnectionTokens } from '../../../src/refresh/connection-tokens.ts';
import type { KeptConnection } from '../../../src/wire/start-message.ts';
import { anOrder } from '../../support/broker-fixture.ts';
import { aJob, anAnswer, minutes, seconds } from '../../support/builders.ts';
import { FakeChance, FakeClock, FakeFiles, settled } from '../../support/fakes.ts';
import { Upstream, refused } from '../../support/upstream.ts';

const directory = '/state';
const tokenFile = `${directory}/id-token`;
const scopeOf = (index: number): string => `https://resource-${index}.example/.default`;

function aSession(kept: Partial<KeptConnection> = {}): {
  session: ConnectionTokens;
  clock: FakeClock;
  files: FakeFiles;
  upstream: Upstream;
} {
  const clock = new FakeClock();
  const files = new FakeFiles();
  files.directories.add(directory);
  const upstream = new Upstream(clock);
  const world = { http: upstream, entra: upstream, files, clock, chance: new FakeChance() };
  const connection = {
    ...anOrder(),
    idTokenCapability: 'one',
    managedIdentityCapability: 'two',
    ...kept,
  };
  const session = new ConnectionTokens(connection, tokenFile, aJob(), world);
  return { session, clock, files, upstream };
}

describe('the session of a connection', () => {
  it('asks once upstream for 200 clients of both routes at a cold moment', async () => {
    const { session, upstream } = aSession();
    await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        index % 2 === 0 ? session.idTokens.current() : session.accessToken(scopeOf(1)),
      ),
    );
    deepEqual(
      upstream.visits.map(({ service }) => service),
      ['devops', 'entra'],
    );
  });

  it('writes the ID token to its file, without a newline', async () => {
    const { session, files } = aSession();
    const idToken = await session.firstIdToken(0);
    equal(files.contents.get(tokenFile), idToken.token.reveal());
  });

  it('is not signed in when the token file cannot be written', async () => {
    const { session, files } = aSession();
    files.directories.clear();
    await rejects(session.firstIdToken(0), { code: 'UNEXPECTED' });
  });

  it('says when an access token ends by the clock as it is, also where that was set back', async () => {
    const { session, clock } = aSession();
    const before = await session.accessToken(scopeOf(1));
    clock.jump(-minutes(60));
    await clock.advance(minutes(1));
    const { token, expiresOn } = await session.accessToken(scopeOf(1));
    equal(token, before.token);
    equal(expiresOn.getTime(), before.expiresOn.getTime() - minutes(60));
    equal((await session.firstAccessToken(scopeOf(1), 0)).expiresOn.getTime(), expiresOn.getTime());
  });

  it('counts the life of an access token from the moment of asking, not of arrival', async () => {
    const { session, clock, upstream } = aSession();
    upstream.accessTokenLifeMs = minutes(5);
    upstream.latencyMs = seconds(40);
    const asked = session.accessToken(scopeOf(1));
    await clock.advance(seconds(80));
    await asked;
    upstream.latencyMs = 0;
    upstream.entraFault = () => refused({ status: 503 });
    for (let passed = 0; passed < 300; passed += 1) {
      const token = await session.accessToken(scopeOf(1)).catch(() => undefined);
      if (token !== undefined) ok(upstream.accepts(token.token.reveal()), `${passed} s`);
      await clock.advance(seconds(1));
    }
  });

  it('waits out passing trouble for a task, and no longer than told', async () => {
    const { session, clock, upstream } = aSession();
    upstream.entraFault = () => refused({ status: 503 });
    const patient = session.firstAccessToken(scopeOf(1), seconds(60));
    const hasty = session.firstAccessToken(scopeOf(1), seconds(20));
    hasty.catch(() => undefined);
    await clock.advance(seconds(30));
    await rejects(hasty, { code: 'ENTRA_UNAVAILABLE' });
    upstream.entraFault = undefined;
    await clock.advance(seconds(5));
    ok(upstream.accepts((await patient).token.reveal()));
  });
});

describe('the scopes of a connection', () => {
  for (const [what, number] of [
    ['a definite no', 53003],
    ['one that may be new', 500011],
  ] as const) {
    it(`cannot be tried one after the other without end, where each is ${what}`, async () => {
      const { session, clock, upstream } = aSession();
      upstream.entraFault = () => refused({ aadsts: [number], status: 400 });
      const tried: Promise<void>[] = [];
      for (let index = 0; index < 200; index += 1) {
        tried.push(rejects(session.accessToken(scopeOf(index))));
        await clock.advance(300);
      }
      await clock.advance(minutes(2));
      await Promise.all(tried);
      ok(upstream.mostFailuresInAMinute <= 12, `${upstream.mostFailuresInAMinute}`);
    });
  }
});

describe('the files of a connection', () => {
  const file = { kind: 'file', scope: scopeOf(1), path: `${directory}/ARM_TOKEN` } as const;

  it('are renewed unasked at half the life of their access token', async () => {
    const { session, clock, files, upstream } = aSession({ places: [file] });
    await session.firstIdToken(0);
    await session.fillFiles(0);
    const first = files.contents.get(file.path);
    for (let minute = 0; minute < 40; minute += 1) {
      await clock.advance(minutes(1));
      await session.tend();
    }
    await settled();
    const second = files.contents.get(file.path) ?? '';
    ok(first !== second && upstream.accepts(second));
  });

  it('make nobody ask without an ID token, nor the loop turn faster than the ID token does', async () => {
    const { session, clock, upstream } = aSession({ places: [file] });
    upstream.devOpsFault = () => anAnswer({ status: 401 });
    await session.tend();
    equal(upstream.visitsTo('entra').length, 0);
    equal(session.dueInMs(), 60_000);
    upstream.devOpsFault = () => anAnswer({ status: 503 });
    await clock.advance(minutes(1));
    await session.tend();
    ok(session.dueInMs() >= 1_500);
    upstream.devOpsFault = undefined;
    await clock.advance(seconds(5));
    await session.tend();
    equal(upstream.visitsTo('entra').length, 1);
    ok(session.dueInMs() > minutes(1));
  });

  it('are renewed although the request for the next ID token hangs', async () => {
    const { session, clock, upstream } = aSession({ places: [file] });
    upstream.accessTokenLifeMs = seconds(60);
    await session.firstIdToken(0);
    await session.fillFiles(0);
    upstream.devOpsFault = ({ timeoutMs }) =>
      clock.sleep(timeoutMs).then(() => anAnswer({ status: 504 }));
    await clock.advance(minutes(2));
    const asked = upstream.visitsTo('entra').length;
    void session.tend();
    await settled();
    equal(upstream.visitsTo('entra').length, asked + 1);
  });

  it('hold one access token each: the order that came last decides which', () => {
    const { session } = aSession({ places: [file] });
    session.keep({ kind: 'file', scope: scopeOf(2), path: file.path });
    deepEqual(session.connection.places, [{ kind: 'file', scope: scopeOf(2), path: file.path }]);
    session.keepOnly([file]);
    deepEqual(session.connection.places, [file]);
  });
});
