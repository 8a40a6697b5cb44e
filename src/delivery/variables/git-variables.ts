import type { PresentVariable } from '../../agent/pipeline-agent.ts';
import { plain, type VariableChange } from '../../agent/variable-change.ts';
import { quoted } from '../../errors.ts';
import type { Environment } from '../../ports.ts';

/** One entry of git's configuration. */
interface Entry {
  readonly key: string;
  readonly value: string;
}

const count = 'GIT_CONFIG_COUNT';
const keyName = (index: number): string => `GIT_CONFIG_KEY_${index}`;
const valueName = (index: number): string => `GIT_CONFIG_VALUE_${index}`;
const tokenFileName = 'WORKLOAD_IDENTITY_GIT_TOKEN_FILE';

/** An empty helper and ours, for each of two addresses. */
const maxEntries = 4;

/** More entries than anybody has; git itself breaks on a number that an integer cannot hold. */
const countForm = /^\d{1,4}$/;

/**
 * The program of git's configuration that answers with the token of the file:
 * https://git-scm.com/docs/gitcredentials. The shell itself reads and writes, so no argument of a
 * process holds a token, and a path of Windows stays as it is. A `$(…)` would be taken for a macro of
 * the pipeline, and a backslash means one thing to dash and another to bash. Without a token git is
 * told to give up: it would ask a person otherwise. Bash takes over from SHELLOPTS that it should print
 * each command, and would print the token; or that it should end at the first that fails, as `read` does
 * where no line end follows the token.
 */
const helper = [
  '!f() { { set +ex; } 2>/dev/null',
  'test "$1" = get || exit 0',
  't=',
  `read -r t <"$${tokenFileName}"`,
  'test -n "$t" || { echo quit=1; exit 0; }',
  'echo username=workload-identity',
  'echo "password=$t"',
  '}',
  'f',
].join('; ');

/**
 * What git reads from version 2.31 on: a credential helper for each address, added to the entries that
 * the job has; an earlier step's entries of ours are written over. An empty helper comes first:
 * without it git asks the machine's own ones before ours, and has them all store the token.
 *
 * The count comes last, since git fails altogether where it counts an entry that is not there.
 * @param addresses as git writes them, for example `https://dev.azure.com`.
 */
export function gitVariables(
  environment: Environment,
  addresses: readonly string[],
  tokenFile: string,
): readonly VariableChange[] {
  const entries = addresses.flatMap((address): readonly Entry[] => {
    const key = `credential.${address}.helper`;
    return [
      { key, value: '' },
      { key, value: helper },
    ];
  });
  const present = Number(environment[count] ?? 0);
  const start = startOf(entries, present, environment);
  return [
    plain(tokenFileName, tokenFile),
    ...entries.flatMap(({ key, value }, index) => [
      plain(keyName(start + index), key),
      plain(valueName(start + index), value),
    ]),
    plain(count, String(Math.max(present, start + entries.length))),
  ];
}

/** The name of the variable that holds our helper, for a git that has to be given it. */
export function helperVariable(variables: readonly VariableChange[]): string {
  return variables.find(({ value }) => value === helper)?.name ?? '';
}

/**
 * Where an earlier step has written the very entries; behind all others where none has, or where
 * another helper stands behind them, which git would have store the token.
 */
function startOf(entries: readonly Entry[], present: number, environment: Environment): number {
  for (let start = 0; start + entries.length <= present; start += 1) {
    const areThere = entries.every(
      ({ key, value }, index) =>
        environment[keyName(start + index)] === key &&
        // What ran in between may have dropped the empty one: it is written again.
        (environment[valueName(start + index)] ?? '') === value,
    );
    if (areThere && !hasHelper(start + entries.length, present, environment)) return start;
  }
  return present;
}

/** Whether any of these entries is a credential helper, or brings others from a file. */
function hasHelper(from: number, to: number, environment: Environment): boolean {
  const keys = Array.from({ length: to - from }, (_, index) => environment[keyName(from + index)]);
  return keys.some((key = '') => /^credential\..*helper$|^include(if)?\./i.test(key));
}

/**
 * Why entries cannot be added to those that a job has: what follows "because". The agent would hand the
 * new count to a step without the entries that it counts, and then every git fails, that of a checkout
 * too. A secret variable stays secret, so that no step sees what is written there.
 * @returns undefined where they can be added.
 */
export function whyNoGitVariables(
  environment: Environment,
  variables: readonly PresentVariable[],
): string | undefined {
  const present = environment[count] ?? '';
  const places = Array.from({ length: maxEntries }, (_, index) => Number(present) + index);
  const needed = [tokenFileName, count, ...places.map(keyName), ...places.map(valueName)];
  const named = variables.map(({ name, source }) => ({ name: name.toUpperCase(), source }));
  const secret = named.find(({ name, source }) => source === 'secret' && needed.includes(name));
  if (secret !== undefined) return `${secret.name} is a secret variable of this job`;
  if (present === '') return undefined;
  if (!countForm.test(present)) {
    return `${count} is ${quoted(present)}, which is no number of entries`;
  }
  const isOfJob = named.some(({ name, source }) => name === count && source === 'job');
  if (isOfJob || Number(present) === 0) return undefined;
  return `${count} comes from the environment of the agent, of its container image or of this step, and not from a variable of the job`;
}
