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
} as const;

/** `$idToken`, `${idToken}`, `$env:idToken`, `%idToken%`, `!idToken!`: a name in any of the shells. */
function use(names: string): string {
  return String.raw`(?:\$env:(?:${names})\b|\$\{env:(?:${names})\}|\$\{(?:${names})[^}]*\}|\$(?:${names})\b|%(?:${names})%|!(?:${names})!)`;
}

const accessTokenCommand = /\baz(?:\.cmd)?\s+account\s+get-access-token\b|\bGet-AzAccessToken\b/i;
const setVariable = /##vso\[task\.setvariable\b([^\]]*)\]/i;
const assignment =
  /^(?:@?set\s+(?:\/p\s+)?"?|export\s+|declare\s+(?:-\w+\s+)?|local\s+|readonly\s+|\$env:|\$(?:(?:global|script):)?|\[Environment\]::SetEnvironmentVariable\(['"])?([A-Za-z_]\w*)(?:['"]\s*,|\s*=)\s*(.*)$/i;

/** What is known while a script is read from its first line to its last. */
interface Memory {
  readonly idTokens: Set<string>;
  readonly accessTokens: Set<string>;
}

/** Reads a script of bash, PowerShell or cmd; comments are left out. */
export function traitsOf(script: string): readonly Trait[] {
  const memory: Memory = { idTokens: new Set(['idToken']), accessTokens: new Set() };
  return statementsOf(script).flatMap(({ text, line }) =>
    [...new Set(traitsOfStatement(text, memory))].map((code) => ({ code, line })),
  );
}

interface Statement {
  readonly text: string;
  readonly line: number;
}

/** Logical lines: those that end in `\`, a backtick or `^` go on, and `;` and `&&` end a statement. */
function statementsOf(script: string): readonly Statement[] {
  const statements: Statement[] = [];
  let begun: Statement | undefined;
  for (const [index, raw] of script.split(/\r?\n/).entries()) {
    const text = `${begun?.text ?? ''}${raw.trim()}`;
    const line = begun?.line ?? index + 1;
    if (/(?:\\|`|\^)$/.test(text)) {
      begun = { text: text.replace(/(?:\\|`|\^)$/, ' '), line };
      continue;
    }
    begun = undefined;
    if (/^(?:#(?!#vso)|::|rem\b)/i.test(text)) continue;
    statements.push(...separated(text).map((part) => ({ text: part, line })));
  }
  return begun === undefined ? statements : [...statements, begun];
}

/** A semicolon inside `##vso[…]` or quotes separates nothing. */
function separated(text: string): readonly string[] {
  const parts =
    text.match(/(?:##vso\[[^\]]*\]|"(?:\\.|[^"\\])*"|'[^']*'|&(?!&)|[^;&"'])+|["']/g) ?? [];
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

function traitsOfStatement(text: string, memory: Memory): readonly (keyof typeof traits)[] {
  const found: (keyof typeof traits)[] = [];
  if (new RegExp(use('servicePrincipalKey'), 'i').test(text)) found.push('empty-secret');
  const hasIdToken = new RegExp(use([...memory.idTokens].join('|')), 'i').test(text);
  const hasAccessToken = isAccessToken(text, memory);
  const command = setVariable.exec(text);
  const [, name = ''] = /variable=([^;\]\s]+)/i.exec(command?.[1] ?? '') ?? [];
  if (command !== null) {
    const isSecret = /issecret=true/i.test(command[1] ?? '');
    if (hasIdToken && !isSecret) found.push('printed-id-token');
    if (hasIdToken) found.push(isArmToken(name) ? 'static-id-token' : 'kept-id-token');
    else if (hasAccessToken)
      found.push(isArmToken(name) ? 'access-token-as-id-token' : 'kept-access-token');
    return found;
  }
  const [, variable = '', value = ''] = assignment.exec(text) ?? [];
  if (variable !== '' && value !== '') {
    return [...found, ...traitsOfAssignment(variable, { hasIdToken, hasAccessToken }, memory)];
  }
  if (hasIdToken && isWrite(text)) found.push('kept-id-token');
  else if (hasIdToken && isPrint(text)) found.push('printed-id-token');
  return found;
}

function traitsOfAssignment(
  variable: string,
  {
    hasIdToken,
    hasAccessToken,
  }: { readonly hasIdToken: boolean; readonly hasAccessToken: boolean },
  { idTokens, accessTokens }: Memory,
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
  return [];
}

function isAccessToken(text: string, { accessTokens }: Memory): boolean {
  if (accessTokenCommand.test(text)) return true;
  return accessTokens.size > 0 && new RegExp(use([...accessTokens].join('|')), 'i').test(text);
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
    /^@?(?:echo|printf|Write-Host|Write-Output|Write-Information|\$env:\w+$|type)\b/i.test(text) ||
    /^\$(?:env:)?\w+$/i.test(text)
  );
}
