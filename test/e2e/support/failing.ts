import assert from 'node:assert/strict';
import type { Play } from '../../harness/stage.ts';
import { assertClean } from './theatre.ts';

/** What a failure has to look like to whoever reads the log. */
export interface ExpectedFailure {
  readonly code: string;
  /** What the sentence has to say of the way out. */
  readonly remedy: RegExp;
}

const ours = /^(AZURE_|ARM_|IDENTITY_|FABRIC_|TF_VAR_|NO_PROXY)/i;

/**
 * The job failed with one error line that ends with the code, and nothing was exported, leaked or
 * left.
 * @returns the line.
 */
export function assertFailsWell(
  play: Play,
  { code, remedy }: ExpectedFailure,
  given: Readonly<Record<string, string>> = {},
): string {
  const { report } = play;
  assert.equal(report.result, 'Failed', report.log);
  assertClean(play);
  const errors = report.steps.flatMap(({ issues }) =>
    issues.filter(({ type }) => type === 'error').map(({ message }) => message),
  );
  assert.equal(errors.length, 1, report.log);
  const [line = ''] = errors;
  assert.match(line, new RegExp(`\\(${code}\\)$`));
  assert.match(line, remedy);
  assert.doesNotMatch(line, /\n/);
  assert.doesNotMatch(report.log, /\n\s+at /);
  const exported = Object.keys(report.variables).filter(
    (name) => ours.test(name) && given[name] === undefined,
  );
  assert.deepEqual(exported, []);
  assert.deepEqual(report.outputs, {});
  return line;
}
