import { writeSync } from 'node:fs';
import { asFederationError, oneLine, sentenceOf } from '../../errors.ts';

/** What an error that nothing has caught does to the job. */
export type Weight = 'failure' | 'warning';

/**
 * From now on an error that nothing else catches ends this process at once, and is logged in one
 * sentence with its place: while the rest is still loaded, nobody else could.
 * @param weight of a step that signs in, a failure; of one that cleans up, a warning.
 */
export function logWhatNobodyCatches(weight: Weight): void {
  process.once('uncaughtException', (error) => {
    const failure = asFederationError(error);
    const { place = [] } = failure;
    const text = oneLine(sentenceOf(failure));
    const commands =
      weight === 'failure'
        ? [`##vso[task.logissue type=error]${text}`, `##vso[task.complete result=Failed]${text}`]
        : [`##vso[task.logissue type=warning]${text}`];
    // Not by the stream, which on Windows may not have written when the process ends.
    writeSync(process.stdout.fd, [...place.map((line) => `  ${line}`), ...commands, ''].join('\n'));
    process.exit(0);
  });
}
