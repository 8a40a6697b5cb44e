import {
  devopsResource,
  devopsTraits,
  devopsTraitOfVariable,
  devopsTraitsOf,
  isReadFromFile,
} from './devops-token-rules.ts';

/** What a line of a script does with a token or a secret, and what becomes of it. */
export interface Trait {
  readonly code: keyof typeof traits;
  /** From 1, within the script. */
  readonly line: number;
}

/** Each trait: whether the pipeline has to change, what happens, and what to do. */
export const traits = {
  'static-id-token': {
    verdict: 'change',
    what: 'ARM_OIDC_TOKEN holds the ID token of the beginning of the step: it wins over every refresh, and ends after about ten minutes',
    todo: 'delete the line, and put TerraformOidcEnv@1 at the top of the job',
  },
  'printed-id-token': {
    verdict: 'change',
    what: 'the ID token is printed into the log',
    todo: 'do not print it; use the token file of TokenRefresher@1 (AZURE_FEDERATED_TOKEN_FILE)',
  },
  'kept-id-token': {
    verdict: 'change',
    what: 'an ID token is kept for longer than it lives, about ten minutes',
    todo: 'use the token file of TokenRefresher@1, which is kept fresh; an Azure SDK needs only FederatedLogin@1',
  },
  'access-token-as-id-token': {
    verdict: 'change',
    what: 'an access token is given for an ID token: Entra refuses it at once',
    todo: 'delete the line, and put TerraformOidcEnv@1 at the top of the job',
  },
  'empty-secret': {
    verdict: 'change',
    what: 'servicePrincipalKey is empty for a federated connection',
    todo: 'use the session of FederatedLogin@1, or TerraformOidcEnv@1 for ARM_CLIENT_SECRET',
  },
  'kept-access-token': {
    verdict: 'change',
    what: 'an access token is kept for later steps: it ends after about an hour',
    todo: 'use accessTokens of FederatedLogin@1 or TokenRefresher@1, and read the file NAME_FILE',
  },
  ...devopsTraits,
} as const;

/**
 * `$idToken`, `${idToken}`, `$env:idToken`, `%idToken%`, `!idToken!`: a name in any of the shells; or as
 * a program in a script reads its environment.
 */
function use(names: string): string {
  const read = String.raw`\bprintenv\s+(?:${names})\b|\benviron(?:\.get)?[[(]\s*["'](?:${names})["']|\bprocess\.env\.(?:${names})\b|\bGetEnvironmentVariable\(\s*["'](?:${names})["']`;
  return String.raw`(?:${read}|\$env:(?:${names})\b|\$\{env:(?:${names})\}|\$\{(?:${names})[^}]*\}|\$(?:${names})\b|%(?:${names})%|!(?:${names})!)`;
}

const accessTokenCommand = /\baz(?:\.cmd)?\s+account\s+get-access-token\b|\bGet-AzAccessToken\b/i;
const setVariable = /##vso\[task\.setvariable\b([^\]]*)\]/i;
/** What gives Terraform a token for good, as a variable of the environment, of its own or of a backend. */
const staticToken =
  /\b(?:ARM_OIDC_TOKEN|ARM_OIDC_TOKEN_FILE_PATH|(?:TF_VAR_)?oidc_token)\b["'\]]*\s*[=,]/i;
const ownSignIn = /\s--?federated-?token\b/i;
const loopOfCmd = /^@?for\s+\/f\b.*\bdo\s+@?set\s+"?(\w+)=%%?~?\w/i;
/** `set -x` and its like: bash then prints each command, with what stands in its variables. */
const trace = /^set\s+(?:-o\s+xtrace\b|-\w*x)/;
const assignment =
  /^(?:@?set\s+(?:\/p\s+)?"?|export\s+|declare\s+(?:-\w+\s+)?|local\s+|readonly\s+|\$env:|\$(?:(?:global|script):)?|\[Environment\]::SetEnvironmentVariable\(['"])?([A-Za-z_]\w*)(?:['"]\s*,|\s*=)\s*(.*)$/i;

/** What is known while a script is read from its first line to its last. */
interface Memory {
  readonly idTokens: Set<string>;
  readonly accessTokens: Set<string>;
  /** Those of them that are for Azure DevOps. */
  readonly devopsTokens: Set<string>;
  /** Tokens that end with the job, or that are read from a file which is kept fresh. */
  readonly freshTokens: Set<string>;
  /** The script gives the name of the secret a value of its own. */
  hasOwnSecret: boolean;
  isTraced: boolean;
}

/**
 * Reads a script of bash, PowerShell or cmd; comments are left out. `jobTokens` are variables that
 * hold the job's own token.
 */
export function traitsOf(script: string, jobTokens: readonly string[] = []): readonly Trait[] {
  const memory: Memory = {
    idTokens: new Set(['idToken']),
    accessTokens: new Set(),
    devopsTokens: new Set(),
    freshTokens: new Set(jobTokens),
    hasOwnSecret: false,
    isTraced: false,
  };
  return statementsOf(script).flatMap(({ text, line }) =>
    [...new Set(traitsOfStatement(text, memory))].map((code) => ({ code, line })),
  );
}

/** What becomes of a variable that a step maps in `env`, or that a job or pipeline has. */
export function traitOfVariable(name: string, value: string): keyof typeof traits | undefined {
  if (value === '') return undefined;
  if (/^ARM_OIDC_TOKEN$/i.test(name)) return 'static-id-token';
  if (/\$\(servicePrincipalKey\)/i.test(value)) return 'empty-secret';
  return devopsTraitOfVariable(name, value);
}

interface Statement {
  readonly text: string;
  readonly line: number;
}

/**
 * Logical lines: those that end in `\\`, a backtick or `^` go on, and `;` and `&&` end a statement. A
 * here-document or here-string is one with the command that takes it.
 */
function statementsOf(script: string): readonly Statement[] {
  const statements: Statement[] = [];
  let begun: Statement | undefined;
  let document: HereDocument | undefined;
  for (const [index, raw] of script.split(/\r?\n/).entries()) {
    if (document !== undefined) {
      document = goOn(document, raw, statements);
      continue;
    }
    const text = `${begun?.text ?? ''}${raw.trim()}`;
    const line = begun?.line ?? index + 1;
    if (/(?:\\|`|\^)$/.test(text)) {
      begun = { text: text.replace(/(?:\\|`|\^)$/, ' '), line };
      continue;
    }
    begun = undefined;
    if (/^(?:#(?!#vso)|::|rem\b)/i.test(text)) continue;
    document = hereDocumentIn(text, line);
    if (document === undefined)
      statements.push(...separated(text).map((part) => ({ text: part, line })));
  }
  return begun === undefined ? statements : [...statements, begun];
}

interface HereDocument {
  readonly statement: Statement;
  readonly end: RegExp;
  /** Whether variables in it are filled in. */
  readonly isFilled: boolean;
}

function hereDocumentIn(text: string, line: number): HereDocument | undefined {
  const statement = { text, line };
  const [, quote, word] = /<<-?\s*(["'\\]?)(\w+)/.exec(text) ?? [];
  if (word !== undefined)
    return { statement, end: new RegExp(`^\\s*${word}\\s*$`), isFilled: quote === '' };
  const [, mark] = /@(["'])$/.exec(text) ?? [];
  return mark === undefined
    ? undefined
    : { statement, end: new RegExp(`^${mark}@`), isFilled: mark === '"' };
}

/** Takes a line into a here-document; at its end the whole is one statement. */
function goOn(
  document: HereDocument,
  raw: string,
  statements: Statement[],
): HereDocument | undefined {
  const { statement, end, isFilled } = document;
  const isEnd = end.test(raw);
  const text = isFilled || isEnd ? `${statement.text} ${raw.trim()}` : statement.text;
  if (!isEnd) return { ...document, statement: { ...statement, text } };
  statements.push({ ...statement, text });
  return undefined;
}

/** A semicolon inside `##vso[…]` or quotes separates nothing. */
function separated(text: string): readonly string[] {
  const parts =
    text.match(/(?:##vso\[[^\]]*\]|"(?:\\.|[^"\\])*"|'[^']*'|&(?!&)|[^;&"'])+|["']/g) ?? [];
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

function traitsOfStatement(text: string, memory: Memory): readonly (keyof typeof traits)[] {
  const found: (keyof typeof traits)[] = [];
  if (trace.test(text)) memory.isTraced = true;
  if (/^(?:\$env:|\$|export\s+|set\s+"?)?servicePrincipalKey\s*=/i.test(text))
    memory.hasOwnSecret = true;
  else if (!memory.hasOwnSecret && new RegExp(use('servicePrincipalKey'), 'i').test(text))
    found.push('empty-secret');
  const hasIdToken = new RegExp(use([...memory.idTokens].join('|')), 'i').test(text);
  const hasAccessToken = isAccessToken(text, memory);
  const isDevops = devopsResource.test(text) || reads(text, memory.devopsTokens);
  const kept = isDevops ? 'kept-devops-token' : 'kept-access-token';
  const isFresh = (name: string): boolean =>
    memory.freshTokens.has(name) || memory.accessTokens.has(name);
  found.push(...devopsTraitsOf(text, isFresh));
  const command = setVariable.exec(text);
  const [, name = ''] = /variable=([^;\]\s]+)/i.exec(command?.[1] ?? '') ?? [];
  if (command !== null) {
    const isSecret = /issecret=true/i.test(command[1] ?? '');
    if (hasIdToken && !isSecret) found.push('printed-id-token');
    if (hasIdToken) found.push(isArmToken(name) ? 'static-id-token' : 'kept-id-token');
    else if (hasAccessToken) found.push(isArmToken(name) ? 'access-token-as-id-token' : kept);
    return found;
  }
  if (hasIdToken && memory.isTraced) found.push('printed-id-token');
  if (staticToken.test(text) && (hasIdToken || hasAccessToken))
    return [...found, hasIdToken ? 'static-id-token' : 'access-token-as-id-token'];
  if (hasIdToken && ownSignIn.test(text)) return [...found, 'kept-id-token'];
  const holds = { hasIdToken, hasAccessToken, isDevops };
  const [, looped] = loopOfCmd.exec(text) ?? [];
  if (looped !== undefined) return [...found, ...traitsOfAssignment(looped, holds, memory)];
  const [, variable = '', value = ''] = assignment.exec(text) ?? [];
  if (variable !== '' && value !== '') {
    if (isReadFromFile(value)) memory.freshTokens.add(variable);
    return [...found, ...traitsOfAssignment(variable, holds, memory)];
  }
  if (hasAccessToken && !hasIdToken && isWrite(text)) found.push(kept);
  if (hasIdToken && isWrite(text)) found.push('kept-id-token');
  else if (hasIdToken && isPrint(text)) found.push('printed-id-token');
  return found;
}

function traitsOfAssignment(
  variable: string,
  {
    hasIdToken,
    hasAccessToken,
    isDevops,
  }: {
    readonly hasIdToken: boolean;
    readonly hasAccessToken: boolean;
    readonly isDevops: boolean;
  },
  { idTokens, accessTokens, devopsTokens }: Memory,
): readonly (keyof typeof traits)[] {
  if (hasIdToken) {
    if (isArmToken(variable)) return ['static-id-token'];
    // A copy is a token like the first.
    idTokens.add(variable);
    return [];
  }
  if (!hasAccessToken) return [];
  if (isArmToken(variable)) return ['access-token-as-id-token'];
  accessTokens.add(variable);
  if (isDevops) devopsTokens.add(variable);
  return [];
}

function isAccessToken(text: string, { accessTokens }: Memory): boolean {
  return accessTokenCommand.test(text) || reads(text, accessTokens);
}

/** Whether a statement reads one of these variables. */
function reads(text: string, names: ReadonlySet<string>): boolean {
  return names.size > 0 && new RegExp(use([...names].join('|')), 'i').test(text);
}

function isArmToken(name: string): boolean {
  return /^(?:ARM_OIDC_TOKEN|ARM_OIDC_TOKEN_FILE_PATH)$/i.test(name);
}

/** Into a file: a redirection, or a command that writes one. */
function isWrite(text: string): boolean {
  return (
    /(?:^|[^0-9&>=-])>{1,2}\s*(?!&|\s*(?:\/dev\/null|\$null|nul)\b)[^\s>]/i.test(text) ||
    /\|\s*(?:tee|Out-File|Set-Content|Add-Content)\b|\b(?:Set-Content|Add-Content|Out-File|WriteAllText)\b/i.test(
      text,
    )
  );
}

/** Into the log: a command that prints, without a pipe that takes it. */
function isPrint(text: string): boolean {
  if (text.includes('|') || />\s*(?:\/dev\/null|\$null|nul)\b/i.test(text)) return false;
  return (
    /^@?(?:echo|printf|Write-Host|Write-Output|Write-Information|\$env:\w+$|type|printenv)\b/i.test(
      text,
    ) || /^\$(?:env:)?\w+$/i.test(text)
  );
}
