import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { signInOnce, type MomentarySession } from '../../../src/broker/sign-in-once.ts';
import { aJob, anAnswer, aServiceConnection, seconds } from '../../support/builders.ts';
import { FakeChance, FakeClock, FakeFiles } from '../../support/fakes.ts';
import { Upstream, refused } from '../../support/upstream.ts';

class World {
  readonly clock = new FakeClock();
  readonly chance = new FakeChance();
  readonly files = new FakeFiles();
  readonly http = new Upstream(this.clock);
  readonly entra = this.http;

  signIn(): Promise<MomentarySession> {
    return signInOnce(aServiceConnection(), { job: aJob(), tempDirectory: '/temp' }, this);
  }
}

describe('signing in once', () => {
  it('writes the token file, has access tokens, and takes it back', async () => {
    const world = new World();
    const session = await world.signIn();
    equal(world.files.contents.get(session.tokenFile), session.idTokenItself.token.reveal());
    const { token } = await session.accessToken('https://x.example/.default');
    ok(world.http.accepts(token.reveal()));
    await session.undo();
    deepEqual(world.files.all, []);
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
