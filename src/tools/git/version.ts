import { isAtLeast } from '../version.ts';

/** The first version that reads entries of its configuration from the environment. */
const firstWithCount = [2, 31] as const;

/**
 * Reads what `git --version` prints: `git version 2.39.5`, `git version 2.47.0.windows.1`,
 * `git version 2.39.3 (Apple Git-146)`.
 * @returns undefined for anything else.
 */
export function readGitVersion(output: string): { text: string; isOld: boolean } | undefined {
  const [, text, major, minor] = /^git version ((\d+)\.(\d+)\S*)/.exec(output) ?? [];
  if (text === undefined) return undefined;
  return { text, isOld: !isAtLeast(`${major}.${minor}`, firstWithCount) };
}
