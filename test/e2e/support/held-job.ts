import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { JobRun } from '../../harness/agent/contract.ts';
import type { Play, PlayOptions, Stage } from '../../harness/stage.ts';

/** The variables that a step sees. */
export type Exported = Readonly<Record<string, string>>;

/** What the broker's state file says, as far as tests look at it. */
export interface BrokerAtWork {
  readonly brokerId: string;
  readonly pid: number;
  readonly port: number;
  readonly controlCapability: string;
  readonly connections: readonly {
    readonly id: string;
    readonly name: string;
    readonly idTokenCapability: string;
    readonly managedIdentityCapability: string;
  }[];
}

/** What a job of a hundred steps takes to come to its place on a slow machine, and more, in ms. */
const patienceMs = 500_000;

/** A step that holds its job up until the test lets it go. */
export const holdStep = (place: string): string => `
  - bash: exec node hold.mjs ${place}
    displayName: hold ${place}
`;

/** A job that stands still where the test wants it to. */
export class HeldJob {
  readonly run: JobRun;
  readonly #play: Promise<Play>;

  constructor(run: JobRun, play: Promise<Play>) {
    this.run = run;
    this.#play = play;
  }

  /** Waits until the job is held there, and tells what a step sees. */
  async heldAt(place: string): Promise<Exported> {
    const file = join(this.run.workFolder, `held-${place}.json`);
    const ended = this.#play.then(({ report }) => report.log);
    const giveUpAt = Date.now() + patienceMs;
    while (!existsSync(file)) {
      const log = await Promise.race([ended, pause(50)]);
      assert.equal(log, undefined, `the job ended before it was held at ${place}`);
      assert.ok(Date.now() < giveUpAt, `the job does not come to ${place}`);
    }
    return JSON.parse(readFileSync(file, 'utf8')) as Exported;
  }

  letGo(place: string): void {
    writeFileSync(join(this.run.workFolder, `released-${place}`), '');
  }

  get stateDirectory(): string {
    return join(this.run.workFolder, '_temp', 'workload-identity');
  }

  /** The broker that the job has now. */
  get broker(): BrokerAtWork {
    const text = readFileSync(join(this.stateDirectory, 'broker.json'), 'utf8');
    const state = JSON.parse(text) as BrokerAtWork & { readonly process: { readonly pid: number } };
    return { ...state, pid: state.process.pid };
  }

  /** Lets the job run to its end. */
  async end(...places: readonly string[]): Promise<Play> {
    for (const place of places) this.letGo(place);
    return this.#play;
  }

  /** Ends the job because the test cannot go on. */
  async abandon(): Promise<void> {
    this.run.cancel();
    await this.#play.catch(() => undefined);
  }
}

export type HeldJobOptions = Omit<PlayOptions, 'pipeline' | 'meanwhile' | 'sources'> & {
  /** Steps in YAML, {@link holdStep} among them. */
  readonly steps: string;
};

/** Starts a job on a stage, and returns while it runs. */
export async function startHeld(stage: Stage, options: HeldJobOptions): Promise<HeldJob> {
  const { steps, ...others } = options;
  let started: ((run: JobRun) => void) | undefined;
  const running = new Promise<JobRun>((resolve) => {
    started = resolve;
  });
  const play = stage.play({
    ...others,
    pipeline: `steps:\n${steps}`,
    sources: 'test/e2e/programs',
    meanwhile: (run) => started?.(run),
  });
  const run = await Promise.race([running, play.then(() => assert.fail('the job has ended'))]);
  return new HeldJob(run, play);
}

/** Plays a job to its end, with a script that may look at it wherever it is held. */
export async function playHeld(
  stage: Stage,
  options: HeldJobOptions,
  script: (job: HeldJob) => Promise<void>,
): Promise<Play> {
  const job = await startHeld(stage, options);
  try {
    await script(job);
  } catch (error) {
    await job.abandon();
    throw error;
  }
  return job.end();
}

/** Whether a process lives; one that has ended and that nobody has buried does not. */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}

/** ms until the process is gone; fails when it stays longer than it may. */
export async function goneWithin(pid: number, limitMs: number): Promise<number> {
  const begun = performance.now();
  while (isAlive(pid)) {
    const passedMs = performance.now() - begun;
    assert.ok(passedMs < limitMs, `process ${pid} is still there after ${limitMs} ms`);
    await pause(50);
  }
  return performance.now() - begun;
}
