import assert from 'node:assert/strict';
import type { JobReport, StepReport } from '../../harness/agent/contract.ts';

/** How long a step of a task may be silent, in ms: before its first word, and after it. */
const most = { first: 10_000, later: 30_000 };

/** The silences of a step in ms, from its beginning to its end, each with the word that ended it. */
function silencesOf({ lines, linesAtMs, durationMs }: StepReport): readonly [number, string][] {
  // What the agent itself prints above a step is no word of it.
  const begun = lines.findLastIndex((line) => /^={20,}$/.test(line)) + 1;
  const times = [linesAtMs[begun - 1] ?? 0, ...linesAtMs.slice(begun), durationMs];
  return [...lines.slice(begun), 'its end'].map((line, index) => [
    (times[index + 1] ?? 0) - (times[index] ?? 0),
    line,
  ]);
}

/** No step of a task kept whoever watches the job waiting without a word. */
export function assertNeverSilent({ steps }: JobReport): void {
  for (const step of steps.filter(({ node }) => node !== undefined)) {
    const silences = silencesOf(step);
    for (const [index, [ms, line]] of silences.entries()) {
      const limit = index === 0 ? most.first : most.later;
      assert.ok(ms <= limit, `${step.displayName} was silent for ${ms} ms before: ${line}`);
      // What is waited for is named ten seconds after the wait began, not after another word.
      const waited = /^Waiting for .+ \((\d+) s\): /.exec(line);
      const isFirst = !silences.slice(0, index).some(([, said]) => said.startsWith('Waiting for '));
      if (waited !== null && isFirst) assert.ok(Number(waited[1]) * 1_000 <= most.first, line);
    }
  }
}
