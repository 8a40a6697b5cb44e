import { stepsOf, type Made, type StepResult, type Wish } from '../administration/connecting.ts';
import type { Connection } from '../administration/connection.ts';
import { diagnose, isHealthy, type Diagnosis } from '../administration/diagnosis.ts';
import {
  administrationError,
  asAdministrationError,
  type AdministrationError,
} from '../administration/errors.ts';
import type { Finding } from '../administration/findings.ts';
import {
  identityOf,
  managedIdentity,
  requireGuid,
  type Identity,
} from '../administration/identity.ts';
import { readSubscription } from '../administration/roles.ts';
import { projectNamed } from '../administration/service-connections.ts';
import { findingLines } from './printing.ts';
import { exitCodes, type CommandWorld, type ExitCode } from './world.ts';

export interface ConnectOptions {
  readonly name: string;
  readonly description: string;
  readonly project: string;
  /** Resource ID of a user-assigned managed identity. */
  readonly identity: string | undefined;
  /** Client ID of an app registration. */
  readonly app: string | undefined;
  readonly subscription: string;
  readonly role: string | undefined;
  readonly roleScope: string | undefined;
  readonly dryRun: boolean;
  readonly output: 'table' | 'json';
}

type Taken = Omit<StepResult, 'state'> & {
  readonly title: string;
  readonly state: StepResult['state'] | 'failed' | 'not reached' | 'works';
};

/** Why a step failed, and what somebody else may paste in its place. */
interface Failure {
  readonly error: AdministrationError;
  readonly command: string | undefined;
}

/** What is told at the end. */
interface Account {
  readonly made: Made;
  readonly taken: readonly Taken[];
  readonly failure: Failure | undefined;
  /** Of the verification; empty where it was not reached. */
  readonly findings: readonly Finding[];
}

/** Makes a connection that works, step by step; each may be there already. */
export async function connect(options: ConnectOptions, world: CommandWorld): Promise<ExitCode> {
  const wish = await wishOf(options, world);
  const made: Made = {};
  const { taken, failure } = await takeSteps(wish, made, options.dryRun, world);
  const findings: Finding[] = [];
  if (failure === undefined && made.connection !== undefined && !options.dryRun) {
    const diagnosis = await examine(made.connection, wish, world);
    findings.push(...diagnosis.findings);
    taken.push(verification(diagnosis));
  }
  const account = { made, taken, failure, findings };
  if (options.output === 'json') world.terminal.out(asJson(options, account));
  else print(options, account, world);
  return exitCodeOf(account);
}

function exitCodeOf({ taken, failure }: Account): ExitCode {
  if (failure !== undefined) {
    return taken.some(({ state }) => state === 'created') ? exitCodes.partly : exitCodes.failed;
  }
  return isSomethingWrong(taken) ? exitCodes.partly : exitCodes.fine;
}

function isSomethingWrong(taken: readonly Taken[]): boolean {
  return taken.some(({ state }) => state === 'failed');
}

/** Everything is read, and can be refused, before anything is made. */
async function wishOf(options: ConnectOptions, world: CommandWorld): Promise<Wish> {
  const { directory, devops } = world;
  const identity = await identityFor(options, world);
  const project = await projectNamed(devops, options.project);
  const subscription = await readSubscription(options.subscription, directory.resourceManager);
  const tenantId = identity.kind === 'managed identity' ? identity.tenantId : subscription.tenantId;
  if (tenantId === undefined) {
    throw administrationError(
      'IDENTITY_NOT_FOUND',
      `Resource Manager does not tell the tenant of the ${identity.kind} "${identity.name}".`,
      'Run the command again.',
    );
  }
  const { name, description, role, roleScope } = options;
  const scope = roleScope ?? `/subscriptions/${options.subscription}`;
  if (!isScope(scope)) throw noScope(scope);
  return {
    name,
    description,
    project,
    identity,
    tenantId,
    subscription: { id: options.subscription.toLowerCase(), name: subscription.name },
    role: role === undefined ? undefined : { name: role, scope },
  };
}

/** https://learn.microsoft.com/azure/role-based-access-control/scope-overview */
function isScope(text: string): boolean {
  return /^\/(subscriptions|providers\/Microsoft\.Management\/managementGroups)(\/[\w().-]+)+$/i.test(
    text,
  );
}

function noScope(text: string): Error {
  return administrationError(
    'USAGE_INVALID',
    `"${text}" is not a scope of roles.`,
    'Give --role-scope as /subscriptions/<ID>, with /resourceGroups/<name> and more behind it where wanted.',
  );
}

async function identityFor(
  { identity, app }: ConnectOptions,
  { directory }: CommandWorld,
): Promise<Identity> {
  if (identity !== undefined && app === undefined) return managedIdentity(identity, directory);
  if (app !== undefined && identity === undefined) return identityOf(requireGuid(app), directory);
  throw administrationError(
    'USAGE_INVALID',
    'It takes either --identity or --app.',
    'Give the resource ID of a user-assigned managed identity, or the client ID of an app registration.',
  );
}

async function takeSteps(
  wish: Wish,
  made: Made,
  isDryRun: boolean,
  { devops: web, directory, clock, terminal }: CommandWorld,
): Promise<{ readonly taken: Taken[]; readonly failure: Failure | undefined }> {
  const taken: Taken[] = [];
  let failure: Failure | undefined;
  for (const { title, take, command } of stepsOf(wish)) {
    if (failure !== undefined) {
      taken.push({ title, state: 'not reached', detail: '' });
      continue;
    }
    terminal.progress(title);
    try {
      taken.push({ title, ...(await take(wish, made, { web, directory, clock, isDryRun })) });
    } catch (thrown) {
      const error = asAdministrationError(thrown);
      taken.push({ title, state: 'failed', detail: `${error.code}: ${error.message}` });
      // Only a permission is something that somebody else may have.
      const isDenied = error.code === 'ACCESS_DENIED';
      failure = { error, command: isDenied ? command?.(wish, made) : undefined };
    }
  }
  return { taken, failure };
}

/** A role is an option: it is missed only where it was asked for. */
function examine(
  connection: Connection,
  { role }: Wish,
  { directory, organization, clock }: CommandWorld,
): Promise<Diagnosis> {
  return diagnose(connection, {
    directory,
    organization: organization.name,
    now: clock.now(),
    needsRole: role !== undefined,
  });
}

/** The last step only looks: whether all that was made fits together. */
function verification(diagnosis: Diagnosis): Taken {
  const title = 'verification';
  if (isHealthy(diagnosis)) {
    const hasRole = diagnosis.findings.some(
      ({ check, state }) => check === 'roles' && state === 'ok',
    );
    return {
      title,
      state: 'works',
      detail: hasRole ? 'credential and role fit' : 'the credential fits',
    };
  }
  const wrong = diagnosis.findings
    .filter(({ state }) => state === 'problem' || state === 'unknown')
    .map(({ check, state }) => `${check}: ${state}`);
  return { title, state: 'failed', detail: wrong.join(', ') };
}

function asJson({ dryRun }: ConnectOptions, { made, taken, failure, findings }: Account): string {
  const { connection, trust } = made;
  const value = {
    isDryRun: dryRun,
    connection:
      connection === undefined
        ? null
        : { id: connection.id, name: connection.name, project: connection.project.name },
    trust: trust ?? null,
    steps: taken,
    findings,
    failure:
      failure === undefined
        ? null
        : {
            code: failure.error.code,
            message: failure.error.message,
            remedy: failure.error.remedy,
            command: failure.command ?? null,
          },
  };
  return JSON.stringify(value, null, 2);
}

function print(options: ConnectOptions, account: Account, { terminal }: CommandWorld): void {
  const rows = account.taken.map(({ title, state, detail }) => [title, state, detail]);
  terminal.out(`${terminal.table(['Step', 'State', 'What'], rows)}\n`);
  for (const line of findingLines(account.findings.filter(({ state }) => state !== 'ok'))) {
    terminal.out(line);
  }
  for (const line of closingLines(options, account)) terminal.out(line);
}

function closingLines({ dryRun }: ConnectOptions, { taken, failure }: Account): readonly string[] {
  if (failure !== undefined) {
    const { error, command } = failure;
    return [
      error.remedy,
      ...(command === undefined ? [] : ['Someone else may do it:', `  ${command}`]),
      'What exists stays. Run the same command again: it goes on where it stopped.',
    ];
  }
  if (dryRun) return ['Nothing was changed. Leave out --dry-run to do it.'];
  return isSomethingWrong(taken)
    ? ['What exists stays. Put that right, and run the same command again: it looks once more.']
    : ['The first pipeline that names it asks once for permission to use it.'];
}
