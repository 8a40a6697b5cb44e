import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { profileFiles } from '../../../src/azure-cli/profile-files.ts';
import { AzureCliWatch } from '../../../src/broker/azure-cli-watch.ts';
import { ConnectionTokens } from '../../../src/refresh/connection-tokens.ts';
import { orderOf, type Wishes } from '../../../src/wire/messages.ts';
import { aList, anEntry, aSubscription, ProfileFixture } from '../../support/azure-cli-profile.ts';
import {
  aJob,
  anIdTokenAnswer,
  aServiceConnection,
  minutes,
  seconds,
} from '../../support/builders.ts';
import {
  FakeChance,
  FakeClock,
  FakeEntra,
  FakeFiles,
  FakeHttp,
  settled,
} from '../../support/fakes.ts';

/** A job with the profile of a task, and one connection that is kept. */
class Scene extends ProfileFixture {
  readonly watch: AzureCliWatch;
  readonly tokens: ConnectionTokens;
  readonly http: FakeHttp;
  readonly entra: FakeEntra;

  constructor(wishes: Wishes) {
    const clock = new FakeClock();
    super({ clock });
    this.http = new FakeHttp((_, index) =>
      anIdTokenAnswer({ issuedOn: clock.now(), jti: String(index) }),
    );
    this.entra = new FakeEntra(clock);
    const world = { clock, files: new FakeFiles(), chance: new FakeChance() };
    const upstream = { ...world, http: this.http, entra: this.entra };
    const order = orderOf(aServiceConnection(), wishes);
    this.tokens = new ConnectionTokens(order, undefined, aJob(), upstream);
    this.watch = new AzureCliWatch(this.temp, this.world);
    this.signIn();
  }

  /** One round of the broker. */
  async round(): Promise<void> {
    await this.tokens.tend();
    await this.watch.look('connection', this.tokens);
  }

  /** The ID token that the task's profile holds. */
  get stored(): string {
    const [entry] = JSON.parse(this.read(this.files.entries)) as { client_assertion: string }[];
    return entry?.client_assertion ?? '';
  }

  async current(): Promise<string> {
    return (await this.tokens.idTokens.current()).token.reveal();
  }
}

describe('The watch over profiles of Azure CLI', () => {
  const scenes: Scene[] = [];
  const made = (wishes: Wishes): Scene => {
    const scene = new Scene(wishes);
    scenes.push(scene);
    return scene;
  };

  afterEach(() => {
    for (const scene of scenes.splice(0)) {
      scene.watch.close();
      scene.remove();
    }
  });

  it('keeps the profile of another task with each new ID token, and asks nobody else for it', async () => {
    const scene = made({ keepOtherTasks: true });
    await scene.round();
    assert.equal(scene.stored, await scene.current());
    await scene.clock.advance(minutes(3));
    await scene.round();
    assert.equal(scene.stored, await scene.current());
    assert.deepEqual([scene.http.requests.length, scene.entra.requests.length], [2, 0]);
    assert.equal(scene.watch.report('connection')?.idTokens, 2);
  });

  it('finds a profile that comes later within 30 seconds', async () => {
    const scene = made({ keepOtherTasks: true });
    await scene.round();
    const late = profileFiles(join(scene.temp, '.bicepdeploy-later'));
    mkdirSync(join(scene.temp, '.bicepdeploy-later'));
    writeFileSync(late.list, aList(aSubscription()));
    writeFileSync(late.entries, JSON.stringify([anEntry()]));
    await scene.clock.advance(seconds(29));
    await scene.round();
    assert.ok(!scene.read(late.entries).includes(await scene.current()));
    await scene.clock.advance(seconds(2));
    await scene.round();
    assert.ok(scene.read(late.entries).includes(await scene.current()));
  });

  for (const { what, wishes, heard } of [
    { what: 'nobody asked for it', wishes: {}, heard: [] },
    { what: 'a task forbids it', wishes: { keepOtherTasks: false }, heard: [] },
    { what: 'a later task forbids it', wishes: { keepOtherTasks: true }, heard: [false, true] },
  ]) {
    it(`leaves the profiles of other tasks alone where ${what}`, async () => {
      const scene = made(wishes);
      for (const word of heard) scene.tokens.hear(word);
      const before = scene.stored;
      await scene.round();
      assert.equal(scene.stored, before);
      assert.equal(scene.watch.report('connection'), undefined);
    });
  }

  it('puts our own session back after a task has cleared it, without waiting for the next round', async () => {
    const scene = made({});
    scene.tokens.keep({ kind: 'azure-cli', profile: scene.profile });
    scene.write(scene.files.savedList, aList(aSubscription()));
    await scene.round();
    assert.equal(scene.stored, await scene.current());
    scene.write(scene.files.list, aList());
    await scene.round();
    await scene.clock.advance(seconds(4));
    await settled();
    assert.equal(scene.read(scene.files.list), aList(aSubscription()));
    assert.equal(scene.watch.report('connection')?.putBack, 1);
  });

  it('keeps the own profile whatever is said of other tasks', async () => {
    const scene = made({ keepOtherTasks: false });
    scene.tokens.keep({ kind: 'azure-cli', profile: scene.profile });
    await scene.round();
    assert.equal(scene.stored, await scene.current());
  });

  it('leaves no token in the profile of a task that was killed', async () => {
    const scene = made({ keepOtherTasks: true });
    await scene.round();
    scene.watch.close();
    assert.ok(!scene.all.some((path) => path.endsWith('entries.json')));
  });

  it('has less than a millisecond of work in a round at rest', async () => {
    const scene = made({ keepOtherTasks: true });
    await scene.round();
    await scene.round();
    const rounds = 200;
    const before = process.cpuUsage();
    for (let index = 0; index < rounds; index += 1) {
      await scene.clock.advance(seconds(0.5));
      await scene.watch.look('connection', scene.tokens);
    }
    const { user, system } = process.cpuUsage(before);
    assert.ok((user + system) / 1_000 / rounds < 1, `${(user + system) / 1_000 / rounds} ms`);
  });
});
