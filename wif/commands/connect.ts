import { foreseeRefusals } from '../administration/connect-foresight.ts';
import {
  stepsOf,
  type ConnectWorld,
  type Made,
  type StepResult,
  type Wish,
} from '../administration/connecting.ts';
import type { Connection } from '../administration/connection.ts';
import { diagnose, isHealthy, type Diagnosis } from '../administration/diagnosis.ts';
import { asAdministrationError, type AdministrationError } from '../administration/errors.ts';
import type { Finding } from '../administration/findings.ts';
import { wishOf, type ConnectOptions } from './connect-wish.ts';
import { printFindings } from './printing.ts';
import { exitCodes, type CommandWorld, type ExitCode } from './world.ts';

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
  if (options.output === 'json') world.terminal.outJson(asJson(options, account));
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

async function takeSteps(
  wish: Wish,
  made: Made,
  isDryRun: boolean,
  { devops: web, directory, clock, terminal }: CommandWorld,
): Promise<{ readonly taken: Taken[]; readonly failure: Failure | undefined }> {
  const taken: Taken[] = [];
  let failure = await foreseen(wish, { web, directory });
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

/** What would be refused at a later step is refused before the first. */
async function foreseen(
  wish: Wish,
  world: Pick<ConnectWorld, 'web' | 'directory'>,
): Promise<Failure | undefined> {
  try {
    await foreseeRefusals(wish, world);
    return undefined;
  } catch (thrown) {
    return { error: asAdministrationError(thrown), command: undefined };
  }
}

/** A role is an option: it is missed only where it was asked for. */
function examine(
  connection: Connection,
  { role }: Wish,
  { directory, membership, organization, clock }: CommandWorld,
): Promise<Diagnosis> {
  return diagnose(connection, {
    directory,
    membership,
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

function asJson({ dryRun }: ConnectOptions, { made, taken, failure, findings }: Account): unknown {
  const { connection, trust } = made;
  return {
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
}

function print(options: ConnectOptions, account: Account, { terminal }: CommandWorld): void {
  const rows = account.taken.map(({ title, state, detail }) => [title, state, detail]);
  terminal.outTable(['Step', 'State', 'What'], rows);
  terminal.out('');
  const findings = account.findings.filter(({ state }) => state !== 'ok');
  printFindings(findings, terminal);
  for (const line of closingLines(options, account)) terminal.out(line);
}

function closingLines(
  { dryRun, allPipelines }: ConnectOptions,
  { taken, failure }: Account,
): readonly string[] {
  if (failure !== undefined) {
    const { error, command } = failure;
    const isShown = taken.some(({ state }) => state === 'failed');
    return [
      ...(isShown ? [] : [`${error.code}: ${error.message}`]),
      error.remedy,
      ...(command === undefined ? [] : ['Someone else may do it:', `  ${command}`]),
      'What exists stays. Run the same command again: it goes on where it stopped.',
    ];
  }
  if (dryRun) return ['Nothing was changed. Leave out --dry-run to do it.'];
  return isSomethingWrong(taken)
    ? ['What exists stays. Put that right, and run the same command again: it looks once more.']
    : allPipelines
      ? ['Every pipeline of the project may use it.']
      : ['The first pipeline that names it asks once for permission to use it.'];
}
