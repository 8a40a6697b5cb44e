import type { ServiceConnection } from '../../service-connection/service-connection.ts';

/**
 * PowerShell reads a script from its standard input line by line, as if it were typed, and goes on
 * after an error; so each script is one line, and ends with an exit code of its own.
 * @param isWindows where Windows PowerShell loads no module at all unless told to, not even one that
 *   is installed; Azure Pipelines' own tasks tell it so too.
 */
export function scriptFromInput(isWindows: boolean): readonly string[] {
  const policy = isWindows ? ['-ExecutionPolicy', 'RemoteSigned'] : [];
  return ['-NoLogo', '-NoProfile', '-NonInteractive', ...policy, '-Command', '-'];
}

/** The exit code of a script that finds no Azure PowerShell in this PowerShell. */
export const moduleMissing = 71;
const failed = 72;

/** What the sign-in prints when contexts do not outlive the process that made them. */
const notKept = 'contexts=Process';

/** By what a sign-in is found again, to be removed at the end of the job. */
export function contextName(connectionId: string, jobId: string): string {
  return `workload-identity-${connectionId}-${jobId.slice(0, 8)}`;
}

/** Signs in by the broker, which Azure PowerShell asks again before each of its tokens ends. */
export function managedIdentityScript(connection: ServiceConnection, context: string): string {
  const how = `-Identity -AccountId ${quoted(connection.clientId)}`;
  return signIn(connection, context, [how], [tellIdentityVersion]);
}

/**
 * Signs in with the ID token of this moment. The script names the file and not the token, since
 * PowerShell can be set up to keep every script in the system's log.
 */
export function federatedTokenScript(
  connection: ServiceConnection,
  context: string,
  tokenFile: string,
): string {
  return signIn(connection, context, [
    `-ServicePrincipal -ApplicationId ${quoted(connection.clientId)}`,
    `-FederatedToken ([System.IO.File]::ReadAllText(${quoted(tokenFile)}))`,
  ]);
}

/** Forgets a sign-in; one that is not there any more is no trouble. */
export function forgetScript(context: string): string {
  const name = quoted(context);
  return script([
    `if (Get-AzContext -ListAvailable | Where-Object { $_.Name -eq ${name} }) {` +
      ` Disconnect-AzAccount -ContextName ${name} -Scope CurrentUser | Out-Null }`,
    `Remove-AzContext -Name ${name} -Scope CurrentUser -Force -ErrorAction SilentlyContinue | Out-Null`,
  ]);
}

/**
 * Prints the version of the Azure.Identity that the module brings, by its assembly: the version of the
 * file is of another form. It is no trouble where that cannot be read.
 */
const tellIdentityVersion =
  "try { Write-Output ('identity=' + (@(Get-ChildItem -LiteralPath (Get-Module Az.Accounts).ModuleBase -Recurse -Filter Azure.Identity.dll | ForEach-Object { [Reflection.AssemblyName]::GetAssemblyName($_.FullName).Version.ToString() }) -join ',')) } catch { Write-Output 'identity=' }";

/**
 * Whether Az takes a token file before the managed identity, by what the sign-in printed: its
 * Azure.Identity does so from 1.14 on, and may do so where the version cannot be read.
 */
export function prefersTokenFile(output: string): boolean {
  const [, versions = ''] = /^identity=(.*)$/m.exec(output) ?? [];
  return versions
    .trim()
    .split(',')
    .some((version) => {
      const [, major = '', minor = ''] = /^(\d+)\.(\d+)(?:\.\d+)*$/.exec(version) ?? [];
      return major === '' || Number(major) > 1 || (Number(major) === 1 && Number(minor) >= 14);
    });
}

/** Whether later steps find the context, by what the sign-in printed. */
export function keepsContexts(output: string): boolean {
  return !output.includes(notKept);
}

function signIn(
  connection: ServiceConnection,
  context: string,
  how: readonly string[],
  then: readonly string[] = [],
): string {
  const { cloud, tenantId, subscriptionId } = connection;
  const environment = quoted(cloud.name);
  const connect = [
    'Connect-AzAccount',
    ...how,
    `-Environment ${environment} -Tenant ${quoted(tenantId)}`,
    ...(subscriptionId === undefined ? [] : [`-Subscription ${quoted(subscriptionId)}`]),
    // The context lies in the user's own directory, which cannot be moved for one job.
    `-ContextName ${quoted(context)} -Scope CurrentUser -Force | Out-Null`,
  ].join(' ');
  return script([
    ...(connection.kind === 'azureRM' && cloud.name === 'AzureStack'
      ? [addEnvironment(environment, connection.resourceManager)]
      : []),
    connect,
    "Write-Output ('contexts=' + (Get-AzContextAutosaveSetting -Scope CurrentUser).Mode)",
    ...then,
  ]);
}

function addEnvironment(name: string, resourceManager: URL): string {
  return `Add-AzEnvironment -Name ${name} -ARMEndpoint ${quoted(resourceManager.href)} | Out-Null`;
}

function script(commands: readonly string[]): string {
  const lines = [
    `if (-not (Get-Module -ListAvailable -Name Az.Accounts)) { exit ${moduleMissing} }`,
    'Import-Module Az.Accounts',
    ...commands,
    'exit 0',
  ];
  const preferences =
    "$ErrorActionPreference = 'Stop'; $ProgressPreference = 'SilentlyContinue'; $WarningPreference = 'SilentlyContinue'";
  return `& { ${preferences}; try { ${lines.join('; ')} } catch { [Console]::Error.WriteLine("$_"); exit ${failed} } }\n`;
}

/**
 * A text in PowerShell's quotes. On Windows it reads its standard input in the system's old code
 * page, so whatever is not ASCII is named by its number; the typographic quotes, which PowerShell
 * takes for the plain one, are among that.
 */
function quoted(text: string): string {
  const terms = text
    .split(/([^\x20-\x7e])/)
    .map((part, index) =>
      index % 2 === 0 ? `'${part.replaceAll("'", "''")}'` : `[char]${part.charCodeAt(0)}`,
    );
  // The first is a text, if an empty one: PowerShell adds texts then, and not numbers.
  return terms.length === 1 ? terms.join('') : `(${terms.join('+')})`;
}
