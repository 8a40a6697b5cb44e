import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobReport } from '../../harness/agent/contract.ts';
import { startEmulator, type Emulator } from '../../harness/emulator/emulator.ts';
import { Stage, type Play, type StageOptions } from '../../harness/stage.ts';
import { assertNeverSilent } from './silence.ts';

/** The emulator of one test file, and a fresh agent for each of its tests. */
export interface Theatre {
  readonly emulator: Emulator;
  readonly stage: Stage;
}

/**
 * Lives short enough that a job of seconds outlives them several times, and long enough for a machine
 * that stands still for some.
 */
export const shortLives = { idTokenSeconds: 10, accessTokenSeconds: 20 };

/** Those of the real services. */
export const usualLives = { idTokenSeconds: 600, accessTokenSeconds: 3600 };

/** Sets up mocha's hooks; what it returns can be used inside tests. */
export function useTheatre(
  options: StageOptions & { readonly blobStorage?: boolean } = {},
): Theatre {
  let emulator: Emulator | undefined;
  let stage: Stage | undefined;
  const folder = mkdtempSync(join(tmpdir(), 'emulator-'));
  before(async () => {
    emulator = await startEmulator({ folder, blobStorage: options.blobStorage ?? false });
  });
  beforeEach(() => {
    stage = new Stage(present(emulator), options);
    Object.assign(present(emulator).lifetimes, usualLives);
  });
  afterEach(() => stage?.close());
  after(async () => {
    await emulator?.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  return {
    get emulator() {
      return present(emulator);
    },
    get stage() {
      return present(stage);
    },
  };
}

/** The job ended green, and nothing of ours is left or was ever seen where it must not be. */
export function assertGreen(play: Play): void {
  const { report } = play;
  assert.equal(report.result, 'Succeeded', report.log);
  assertClean(play);
}

/** Whatever the job's result: no leak, no process, no port, no file, no step that was held up. */
export function assertClean({ report, leaks }: Play): void {
  assert.deepEqual(leaks, []);
  assertNeverSilent(report);
  assert.deepEqual(report.orphansKilled, []);
  assert.doesNotMatch(report.log, /Terminate orphan process/);
  assert.deepEqual(report.lingering, { processes: [], ports: [] });
  assert.deepEqual(leftByUs(report), []);
  assert.deepEqual(
    report.steps.filter(({ streamsHeldOpen }) => streamsHeldOpen).map(({ name }) => name),
    [],
  );
}

/** Files of ours in the temp folder at the end, beside the summary that the agent uploads then. */
export function leftByUs(report: JobReport): readonly string[] {
  return report.left
    .map(({ path }) => path)
    .filter(
      (path) =>
        path.startsWith('workload-identity') && !/^workload-identity-\w{8}\.(md|json)$/.test(path),
    );
}

/** The lines of a step's log. */
export function linesOf(report: JobReport, displayName: string): readonly string[] {
  const step = report.steps.find(
    (candidate) => candidate.displayName === displayName && candidate.phase === 'main',
  );
  assert.ok(step, `no step "${displayName}" in\n${report.log}`);
  return step.lines;
}

function present<T>(value: T | undefined): T {
  assert.ok(value !== undefined, 'the theatre is used outside a test');
  return value;
}
