import { inExactCase, plain, type VariableChange } from '../../agent/variable-change.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const proxies = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'];
const loopback = ['127.0.0.1', 'localhost'];

/**
 * Where the job goes through a proxy, its tools would send their calls to the broker there too
 * (Python and JavaScript do; Go does not): extends the list of exceptions, in the spelling that
 * the job uses, because tools that know both spellings look at the lower case first.
 */
export function noProxyVariables(environment: Environment): readonly VariableChange[] {
  const hasProxy = proxies.some((name) => valueOf(environment, name) !== undefined);
  if (!hasProxy) return [];
  const spelling = isSpelled('no_proxy', environment) ? 'no_proxy' : 'NO_PROXY';
  const listed = (environment[spelling] ?? '').split(',').map((entry) => entry.trim());
  // Alone it means that nothing goes through the proxy; with company it means nothing at all.
  if (listed.includes('*')) return [];
  const entries = [...listed.filter((entry) => entry !== ''), ...loopback];
  return [inExactCase(plain(spelling, [...new Set(entries)].join(',')))];
}

/** The same, for the environment of a tool that this step itself runs. */
export function noProxyChanges(environment: Environment): Readonly<Record<string, string>> {
  return Object.fromEntries(
    noProxyVariables(environment).flatMap((change) =>
      change.kind === 'plain' ? [[change.name, change.value]] : [],
    ),
  );
}

/** Names are compared letter by letter: on Windows every spelling would have the value. */
function isSpelled(name: string, environment: Environment): boolean {
  return Object.keys(environment).includes(name) && valueOfExactly(environment, name) !== undefined;
}

function valueOf(environment: Environment, name: string): string | undefined {
  return valueOfExactly(environment, name) ?? valueOfExactly(environment, name.toLowerCase());
}

function valueOfExactly(environment: Environment, name: string): string | undefined {
  return environment[name] === '' ? undefined : environment[name];
}
