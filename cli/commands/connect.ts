import { createCredentialCommand } from '../../src/administration/commands.ts';
import {
  stepsOf,
  type Made,
  type StepResult,
  type Wish,
} from '../../src/administration/connecting.ts';
import { diagnose, isHealthy } from '../../src/administration/diagnosis.ts';
import {
  administrationError,
  asAdministrationError,
  type AdministrationError,
} from '../../src/administration/errors.ts';
import { identityOf, managedIdentity, requireGuid } from '../../src/administration/identity.ts';
import type { Identity } from '../../src/administration/identity.ts';
import { readSubscription } from '../../src/administration/roles.ts';
import { projectNamed } from '../../src/administration/service-connections.ts';
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

/** Makes a connection that works, step by step; each may be there already. */
export async function connect(options: ConnectOptions, world: CommandWorld): Promise<ExitCode> {
  const wish = await wishOf(options, world);
  const made: Made = {};
  const { taken, failure } = await takeSteps(wish, made, options.dryRun, world);
  if (failure === undefined && !options.dryRun) taken.push(await verified(made, world));
  print(options, wish, made, taken, failure, world);
  if (failure !== undefined) {
    return taken.some(({ state }) => state === 'created') ? exitCodes.partly : exitCodes.failed;
  }
  return taken.every(({ state }) => state !== 'failed') ? exitCodes.fine : exitCodes.partly;
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
): Promise<{ taken: Taken[]; failure: AdministrationError | undefined }> {
  const taken: Taken[] = [];
  let failure: AdministrationError | undefined;
  for (const { title, take } of stepsOf(wish)) {
    if (failure !== undefined) {
      taken.push({ title, state: 'not reached', detail: '' });
      continue;
    }
    terminal.progress(title);
    try {
      taken.push({ title, ...(await take(wish, made, { web, directory, clock, isDryRun })) });
    } catch (error) {
      failure = asAdministrationError(error);
      taken.push({ title, state: 'failed', detail: `${failure.code}: ${failure.message}` });
    }
  }
  return { taken, failure };
}

/** The last step only looks: whether all that was made fits together. */
async function verified({ connection }: Made, world: CommandWorld): Promise<Taken> {
  const title = 'verification';
  const { directory, organization, clock } = world;
  if (connection === undefined) return { title, state: 'failed', detail: 'there is no connection' };
  const diagnosis = await diagnose(connection, {
    directory,
    organization: organization.name,
    now: clock.now(),
  });
  if (isHealthy(diagnosis)) return { title, state: 'works', detail: 'credential and role fit' };
  const wrong = diagnosis.findings.filter(
    ({ state }) => state === 'problem' || state === 'unknown',
  );
  const detail = wrong
    .map(({ check, text, commands }) => [`${check}: ${text}`, ...commands].join(' '))
    .join(' ');
  return { title, state: 'failed', detail };
}

function print(
  options: ConnectOptions,
  wish: Wish,
  { connection, trust }: Made,
  taken: readonly Taken[],
  failure: AdministrationError | undefined,
  { terminal }: CommandWorld,
): void {
  if (options.output === 'json') {
    const value = {
      isDryRun: options.dryRun,
      connection:
        connection === undefined
          ? null
          : { id: connection.id, name: connection.name, project: connection.project.name },
      trust: trust ?? null,
      steps: taken,
      failure:
        failure === undefined
          ? null
          : { code: failure.code, message: failure.message, remedy: failure.remedy },
    };
    terminal.out(JSON.stringify(value, null, 2));
    return;
  }
  terminal.out(
    terminal.table(
      ['Step', 'State', 'What'],
      taken.map(({ title, state, detail }) => [title, state, detail]),
    ),
  );
  if (failure !== undefined) {
    terminal.out(`\n${failure.remedy}`);
    if (trust !== undefined && connection !== undefined) {
      terminal.out(
        `Someone else may do it:\n  ${createCredentialCommand(wish.identity, connection.id, trust)}`,
      );
    }
    terminal.out('What exists stays. Run the same command again: it goes on where it stopped.');
  } else if (options.dryRun) {
    terminal.out('\nNothing was changed. Leave out --dry-run to do it.');
  } else {
    terminal.out('\nThe first pipeline that names it asks once for permission to use it.');
  }
}
