import { equal } from 'node:assert/strict';
import { JobWatch } from '../../../src/broker/job-watch.ts';
import { refusal } from '../../../src/errors.ts';
import { aState } from '../../support/broker-fixture.ts';
import { minutes } from '../../support/builders.ts';
import { FakeClock, FakeFiles, FakeProcesses } from '../../support/fakes.ts';

const stateFile = '/state/broker.json';
const worker = { pid: 100, identity: 'worker' };
const unsafe = refusal('STATE_DIRECTORY_UNSAFE', 'A link lies there.', 'Remove it.');
const noHandles = Object.assign(new Error('too many open files'), { code: 'EMFILE' });

class World {
  readonly files = new FakeFiles();
  readonly processes = new FakeProcesses({ 100: 'worker' });
  readonly clock = new FakeClock();

  constructor() {
    this.files.contents.set(stateFile, aState('ours'));
  }

  jobWatch(seen: typeof worker | undefined = worker): JobWatch {
    return new JobWatch({ brokerId: 'ours', stateFile, worker: seen, world: this });
  }
}

describe('the end of the job', () => {
  const cases: readonly (readonly [string, (world: World) => void, string | undefined])[] = [
    ['has not come while all is as it was', () => undefined, undefined],
    ['shows in the worker being gone', ({ processes }) => processes.vanish(100), 'worker gone'],
    [
      'shows in another process with the ID of the worker',
      ({ processes }) => processes.alive.set(100, 'another'),
      'worker gone',
    ],
    ['shows in the state being gone', ({ files }) => files.contents.clear(), 'state gone'],
    [
      'shows in the state of another broker',
      ({ files }) => files.contents.set(stateFile, aState('theirs')),
      'replaced',
    ],
    [
      'shows in a state that no broker of ours has written',
      ({ files }) => files.contents.set(stateFile, '{"protocol":2}'),
      'replaced',
    ],
    [
      'shows in a link where the state was',
      ({ files }) => (files.read = () => Promise.reject(unsafe)),
      'replaced',
    ],
    [
      'does not show in a lack of handles',
      ({ files }) => (files.read = () => Promise.reject(noHandles)),
      undefined,
    ],
    [
      'does not show in a process table that cannot be read just now',
      ({ processes }) => (processes.identity = () => Promise.reject(noHandles)),
      undefined,
    ],
  ];
  for (const [name, change, expected] of cases) {
    it(name, async () => {
      const world = new World();
      const jobWatch = world.jobWatch();
      change(world);
      equal(await jobWatch.endOfJob(), expected);
    });
  }

  it('is left to the state where the worker cannot be seen', async () => {
    const world = new World();
    world.processes.alive.clear();
    equal(await world.jobWatch().endOfJob(), 'worker gone');
    equal(await new JobWatch({ ...partsWithoutWorker(world) }).endOfJob(), undefined);
  });

  it('comes after two days at the latest, whatever becomes of the wall clock', async () => {
    const world = new World();
    const jobWatch = world.jobWatch();
    world.clock.jump(minutes(3 * 24 * 60));
    await world.clock.advance(minutes(48 * 60));
    equal(await jobWatch.endOfJob(), undefined);
    await world.clock.advance(1);
    equal(await jobWatch.endOfJob(), 'deadline');
  });
});

function partsWithoutWorker(world: World): ConstructorParameters<typeof JobWatch>[0] {
  return { brokerId: 'ours', stateFile, worker: undefined, world };
}
