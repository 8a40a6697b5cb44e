import type { PipelineAgent } from '../agent/pipeline-agent.ts';
import type { StateDirectory } from '../delivery/files/state-directory.ts';
import type { Files } from '../ports.ts';
import { readLastWords, type LastWords } from '../wire/last-words.ts';

/** What a broker that died has left; undefined where it left nothing, or another one did. */
export async function lastWordsIn(
  directory: StateDirectory,
  brokerId: string,
  files: Files,
): Promise<LastWords | undefined> {
  const text = await files.read(directory.lastWordsFile).catch(() => undefined);
  const words = text === undefined ? undefined : readLastWords(text);
  return words?.brokerId === brokerId ? words : undefined;
}

/** The last words of a broker as lines of a log. */
export function lastWordsLines({ on, what, place }: LastWords): readonly string[] {
  return [
    `The broker of this job failed at ${on} for a reason that nobody foresaw (${what}). This is a bug of the task: report it with these lines.`,
    ...place.map((line) => `  ${line}`),
  ];
}

/** Logs them: the first line as a warning, the place in the code below it. */
export function showLastWords(words: LastWords, agent: Pick<PipelineAgent, 'say' | 'warn'>): void {
  const [first = '', ...place] = lastWordsLines(words);
  agent.warn(first);
  for (const line of place) agent.say(line);
}
