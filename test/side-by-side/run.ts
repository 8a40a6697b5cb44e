import { pins } from '../conformance/packages.ts';
import { trials, tryVersion, type Trial } from './matrix.ts';
import { writePage } from './page.ts';
import {
  comparedSessions,
  judge,
  playAll,
  playSome,
  type Task,
  type VersionVerdict,
} from './verdict.ts';
import { oldestAndNewest, versions } from './versions.ts';

/** Sessions beside each other: each keeps about one processor busy, half of them after a pause. */
const sessionsAtOnce = 3;
/** Other jobs, which depend on when things happen. */
const trialsAtOnce = 2;

const isWhole = !process.argv.includes('--ends');
const wanted: readonly string[] = isWhole ? versions : oldestAndNewest;
// Those with a pause are apart, so that it is no pause for the machine.
const sessions = ['past expiry', 'az login', 'at once', 'fallback'] as const;
const tasks: readonly Task[] = wanted.flatMap((version) =>
  sessions.map((session) => ({ version, session })),
);
let failed = 0;
// Of the ends, the short one is played beside the sessions: a version takes ten minutes for all.
const short = trials
  .filter(({ isShort }) => isShort)
  .map((trial) => ({ trial, version: pins.azureCli.newest }));
const [records] = await Promise.all([
  playAll(tasks, sessionsAtOnce, ({ version, session }, seconds) =>
    console.log(`az ${version}, ${session}: ${seconds} s`),
  ),
  isWhole ? undefined : playTrials(short),
]);

function recordOf(version: string, session: string) {
  const task = tasks.find((one) => one.version === version && one.session === session);
  const record = task && records.get(task);
  if (record === undefined) throw new Error(`az ${version}, ${session} was not played.`);
  return record;
}
const verdicts: readonly VersionVerdict[] = wanted.map((version) => {
  const reference = recordOf(version, 'az login');
  const compared = comparedSessions.map((session) => judge(reference, recordOf(version, session)));
  return { version, reference, compared };
});

for (const { version, compared } of verdicts) {
  for (const { session, complaints } of compared) {
    if (complaints.length === 0) continue;
    failed += 1;
    console.error(`\naz ${version}, ${session}:\n${complaints.join('\n')}`);
  }
}
if (isWhole) {
  await playTrials(wanted.flatMap((version) => trials.map((trial) => ({ trial, version }))));
}
if (failed === 0 && isWhole) await writePage(verdicts, new Date());
console.log(
  `\n${verdicts[0]?.reference.said.length ?? 0} lines in ${records.size} jobs: ${records.size - verdicts.length - failed} sessions as after az login, ${failed} not`,
);
process.exitCode = failed === 0 ? 0 : 1;

async function playTrials(all: readonly { trial: Trial; version: string }[]): Promise<void> {
  await playSome(all, trialsAtOnce, async ({ trial, version }) => {
    const { complaints, log } = await tryVersion(trial, version);
    console.log(`az ${version}, ${trial.name}: ${complaints.join('; ') || 'as it should be'}`);
    if (complaints.length === 0) return;
    failed += 1;
    console.error(log);
  });
}
