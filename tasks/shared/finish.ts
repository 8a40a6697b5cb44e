import type { PipelineAgent } from '../../src/agent/pipeline-agent.ts';
import { isOnceDirectoryIn } from '../../src/delivery/files/state-directory.ts';
import { unusedLines } from '../../src/delivery/variables/unused-endpoints.ts';
import { asFederationError, sentenceOf, type FederationError } from '../../src/errors.ts';
import type { MachineFolders, Tools } from '../../src/ports.ts';
import { Secret } from '../../src/secret.ts';
import { showLastWords } from '../../src/session/last-words.ts';
import { leaveBroker, type LeaveWorld } from '../../src/session/leave.ts';
import { remembered } from '../../src/session/remembered.ts';
import { reportLines, reportMarkdown } from '../../src/session/report.ts';
import { forgetTools } from '../../src/tools/forget.ts';
import type { BrokerReport } from '../../src/wire/report.ts';

/** What the post-job step asks of the world. */
export interface FinishWorld extends LeaveWorld {
  readonly tools: Tools;
  readonly folders: MachineFolders;
}

/** On Windows a file that is open cannot be removed, nor can a directory in which a program works. */
const heldOpen =
  'A file or directory of this job could not be removed, because a program that a step started still holds it. The agent empties its temp folder itself; end such programs in the step that starts them.';

/** The post-job step of every task: removes what its main step left, and reports how it went. */
export async function finish(agent: PipelineAgent, world: FinishWorld): Promise<void> {
  await forgetTools({ agent, tools: world.tools, folders: world.folders });
  const directory = agent.recall(remembered.directory);
  if (directory !== undefined) await removeOnce(directory, agent, world);
  const brokerId = agent.recall(remembered.brokerId);
  if (brokerId !== undefined) await stopBroker(brokerId, agent, world);
}

/**
 * Removes the directory of a step without the broker. Where the main step never ran, any line that a
 * script printed can stand in place of what it remembers; so only what is ours by its place, its
 * name, its owner and its mode is removed.
 */
async function removeOnce(
  directory: string,
  agent: PipelineAgent,
  { files }: FinishWorld,
): Promise<void> {
  if (!(await files.exists(directory))) return;
  const isOurs =
    isOnceDirectoryIn(agent.tempDirectory, directory) &&
    (await files.isPrivateDirectory(directory));
  if (!isOurs) {
    agent.warn(
      `${directory} is no directory that this task made, so it was not removed. A step of this job, or a variable, has set ${remembered.directory} in place of this task.`,
    );
    return;
  }
  await files.remove(directory).then(
    () => agent.say('Removed the token file of this step.'),
    (error: unknown) => warnOfRemains(asFederationError(error), agent),
  );
}

async function stopBroker(
  brokerId: string,
  agent: PipelineAgent,
  world: LeaveWorld,
): Promise<void> {
  const { planId = '', jobId = '', jobAccessToken = new Secret('') } = agent.jobVariables;
  const place = { job: { planId, jobId, jobAccessToken }, tempDirectory: agent.tempDirectory };
  const leaving = await leaveBroker(brokerId, place, world);
  if (leaving.remains !== undefined) warnOfRemains(leaving.remains, agent);
  if (leaving.lastWords !== undefined) showLastWords(leaving.lastWords, agent);
  if (leaving.timeline !== undefined) {
    const record = JSON.stringify(leaving.timeline);
    await unlessUnwritable(agent, () =>
      agent.attach('workload-identity.timeline', 'workload-identity', record),
    );
  }
  switch (leaving.ended) {
    case 'now':
      await tellReport(leaving.report, agent);
      return;
    case 'by force':
      agent.warn(
        'The broker did not answer any more and was ended by force; nothing of it is left.',
      );
      return;
    case 'later':
      agent.warn(
        'The broker did not answer any more, and was not ended by force, because nothing on this system proves which process it is. Its files are removed, and without them it ends by itself.',
      );
      return;
    case 'unseen':
      agent.say(
        `${
          agent.recall(remembered.hasEnded) === undefined
            ? 'Nothing was found of the broker that this step started. It has ended, or a step removed its files; then it ends by itself within ten seconds.'
            : 'This step failed, and ended the broker that it had started.'
        } This step leaves no record for the tab Workload identity.`,
      );
      return;
    case 'before':
      agent.say(
        leaving.timeline === undefined
          ? 'The broker that this step started had ended before, or another one follows it. This step leaves no record for the tab Workload identity.'
          : 'The broker that this step started had ended before. The tab Workload identity shows what it had written down until then.',
      );
  }
}

/** What keeps files from being removed: a disk that takes nothing, or else a program. */
function warnOfRemains(failure: FederationError, agent: PipelineAgent): void {
  agent.warn(failure.code === 'TEMP_FOLDER_UNWRITABLE' ? sentenceOf(failure) : heldOpen);
}

/** Attaches a record of the job, whose absence must not keep this step from the rest. */
async function unlessUnwritable(agent: PipelineAgent, attach: () => Promise<void>): Promise<void> {
  await attach().catch((error: unknown) => agent.warn(sentenceOf(asFederationError(error))));
}

async function tellReport(report: BrokerReport, agent: PipelineAgent): Promise<void> {
  const unused = unusedLines(report, agent);
  for (const line of [...reportLines(report), ...unused]) agent.say(line);
  await unlessUnwritable(agent, () =>
    agent.attachSummary('workload-identity', reportMarkdown(report, unused)),
  );
}
