import { deepEqual, ok, rejects } from 'node:assert/strict';
import { idTokenOnce, signInOnce } from '../../../src/session/once.ts';
import type { Session } from '../../../src/session/session.ts';
import { aJob, anAnswer, aServiceConnection, seconds } from '../../support/builders.ts';
import { FakeChance, FakeClock, FakeFiles } from '../../support/fakes.ts';
import { Upstream, refused } from '../../support/upstream.ts';

class World {
  readonly clock = new FakeClock();
  readonly chance = new FakeChance();
  readonly files = new FakeFiles();
  readonly http = new Upstream(this.clock);
  readonly entra = this.http;

  /** What the post-job step would have to remove. */
  directory: string | undefined;

  signIn(): Promise<Session> {
    const surroundings = { job: aJob(), tempDirectory: '/temp' };
    const onDirectory = (directory: string | undefined): void => void (this.directory = directory);
    return signInOnce(aServiceConnection(), surroundings, onDirectory, () => undefined, this);
  }
}

describe('signing in once', () => {
  it('writes the token file, has access tokens, and takes it back', async () => {
    const world = new World();
    const session = await world.signIn();
    ok(world.http.accepts(world.files.contents.get(session.tokenFile) ?? ''));
    ok(session.tokenFile.startsWith(`${world.directory ?? ''}/`));
    const { token } = await session.accessToken('https://x.example/.default');
    ok(world.http.accepts(token.reveal()));
    await session.undo();
    deepEqual([world.files.all, world.directory], [[], undefined]);
  });

  it('tells its directory before there is a token in it', async () => {
    const world = new World();
    world.http.devOpsFault = () => anAnswer({ status: 503 });
    const failing = rejects(world.signIn(), { code: 'DEVOPS_UNAVAILABLE' });
    await world.clock.advance(seconds(1));
    ok(world.files.directories.has(world.directory ?? ''));
    await world.clock.advance(seconds(120));
    await failing;
    deepEqual([world.files.all, world.directory], [[], undefined]);
  });

  it('leaves nothing when there is no first token', async () => {
    const world = new World();
    world.http.devOpsFault = () => anAnswer({ status: 401 });
    await rejects(world.signIn(), { code: 'JOB_TOKEN_REFUSED' });
    deepEqual(world.files.all, []);
  });

  it('leaves nothing when the token file cannot be written', async () => {
    const world = new World();
    world.files.replace = () =>
      Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }));
    await rejects(world.signIn(), /ENOSPC/);
    deepEqual(world.files.all, []);
  });

  it('tells why there is no first token also where its directory cannot be removed', async () => {
    const world = new World();
    world.http.devOpsFault = () => anAnswer({ status: 401 });
    world.files.remove = () => Promise.reject(Object.assign(new Error('held'), { code: 'EBUSY' }));
    await rejects(world.signIn(), { code: 'JOB_TOKEN_REFUSED' });
    ok(world.files.directories.has(world.directory ?? ''));
  });

  it('waits out passing trouble of either service', async () => {
    const world = new World();
    world.http.devOpsFault = () => anAnswer({ status: 503 });
    const signing = world.signIn();
    await world.clock.advance(seconds(40));
    world.http.devOpsFault = undefined;
    await world.clock.advance(seconds(5));
    const session = await signing;
    world.http.entraFault = () => refused({ status: 429, headers: { 'retry-after': '20' } });
    const asking = session.accessToken('https://x.example/.default');
    await world.clock.advance(seconds(19));
    world.http.entraFault = undefined;
    await world.clock.advance(seconds(2));
    ok(world.http.accepts((await asking).token.reveal()));
  });
});

describe('one ID token', () => {
  it('is written nowhere', async () => {
    const world = new World();
    world.files.replace = () => Promise.reject(new Error('a file'));
    world.files.makePrivateDirectory = () => Promise.reject(new Error('a directory'));
    const { token } = await idTokenOnce(aServiceConnection(), aJob(), () => undefined, world);
    ok(world.http.accepts(token.reveal()));
  });
});
