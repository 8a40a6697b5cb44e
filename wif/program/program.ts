import { Command, CommanderError, Option } from 'commander';
import { administrationError } from '../administration/errors.ts';
import { conversion, reversion, type Operation } from '../administration/operation.ts';
import { change, type ChangeOptions } from '../commands/change.ts';
import { check, type CheckOptions, type CheckWorld } from '../commands/check.ts';
import type { ConnectOptions } from '../commands/connect-wish.ts';
import { connect } from '../commands/connect.ts';
import { doctorAll } from '../commands/doctor-fleet.ts';
import { doctor, type DoctorOptions } from '../commands/doctor.ts';
import { list, type ListOptions } from '../commands/list.ts';
import { moveIssuer } from '../commands/move-issuer.ts';
import { trust, trustingSides, type TrustOptions } from '../commands/trust.ts';
import { exitCodes, type CommandWorld, type ExitCode } from '../commands/world.ts';
import { addCompletion, type Print } from './completing.ts';
import { helpTexts } from './help.ts';
import { concurrency, output, projects, wait } from './options.ts';

/** What every command takes before the world can be made. */
export interface SharedOptions {
  readonly organization?: string;
  /** Of the identities and subscriptions. */
  readonly tenant?: string;
  /** Of the organization, where that is another. */
  readonly devopsTenant?: string;
  readonly output?: string;
}

/** Makes the world for a command, runs it, and sees to how it ends. */
export type Run = (
  shared: SharedOptions,
  story: (world: CommandWorld) => Promise<ExitCode>,
) => Promise<void>;

/** Runs what asks no service. */
export type RunOffline = (
  shared: { readonly output?: string },
  story: (world: CheckWorld) => ExitCode,
) => void;

/** The command line, in Commander's terms. */
export function createProgram(
  run: Run,
  runOffline: RunOffline,
  print: Print,
  version: string,
): Command {
  const program = new Command('wif')
    .description(
      'From secrets to workload identity federation: Azure service connections of Azure DevOps.',
    )
    .version(version)
    .showHelpAfterError('(wif --help, or wif <command> --help, says more)')
    .exitOverride()
    .enablePositionalOptions()
    .addHelpText('after', helpTexts.wif);
  addList(program, run);
  addDoctor(program, run);
  addChange(program, run, conversion, 'converts connections from secrets to federation');
  addChange(program, run, reversion, 'reverts conversions of the last seven days');
  addBulk(program, run, 'move-issuer', "moves connections to Entra's issuer", moveIssuer);
  addConnect(program, run);
  addCheck(program, runOffline);
  addTrust(program, run);
  addCompletion(program, print);
  return program;
}

/** What Commander thinks of a command line, as an exit code; undefined for any other error. */
export function usageExitCode(error: unknown): ExitCode | undefined {
  if (!(error instanceof CommanderError)) return undefined;
  return error.exitCode === 0 ? exitCodes.fine : exitCodes.usage;
}

/** What is wrong with a command line, in Commander's words. */
export function usageMessage(error: unknown): string {
  return error instanceof CommanderError ? error.message.replace(/^error: /, '') : '';
}

function addList(program: Command, run: Run): void {
  command(program, 'list', 'lists service connections, and what convert could do with each')
    .option('--every-type', 'connections of every type, not of Azure only', false)
    .option('--risk', 'what breaks, or would: jobs, pipelines, steps', false)
    .option('--last-used', 'when each was last used (a request for each)', false)
    .addOption(projects())
    .addOption(concurrency())
    .addOption(output('table', 'json', 'csv'))
    .action((options: ListOptions & { readonly project: readonly string[] } & SharedOptions) =>
      run(options, (world) => list({ ...options, projects: options.project }, world)),
    );
}

type DoctorWords = Omit<DoctorOptions, 'connection'> &
  SharedOptions & { readonly project: readonly string[]; readonly all: boolean };

function addDoctor(program: Command, run: Run): void {
  command(program, 'doctor', 'says what a connection lacks to work')
    .argument('[connection]', 'name, project/name, or ID')
    .option('--all', 'every connection of the projects, a line each', false)
    .option('--fix', 'create the federated credential if it is missing', false)
    .addOption(projects())
    .addOption(concurrency())
    .addOption(output('table', 'json', 'csv'))
    .action((connection: string | undefined, options: DoctorWords) =>
      run(options, (world) => {
        const { all, project, ...rest } = options;
        const breadth = { ...rest, projects: project };
        if (all !== (connection === undefined)) throw oneOrAll(all);
        return connection === undefined
          ? doctorAll(breadth, world)
          : doctor({ ...breadth, connection }, world);
      }),
    );
}

function oneOrAll(isAll: boolean): Error {
  const message = isAll
    ? '--all and a name exclude one another.'
    : 'No service connection is named.';
  return administrationError('USAGE_INVALID', message, 'Name a connection, or give --all.');
}

type NamedOptions = ChangeOptions & { readonly project: readonly string[] } & SharedOptions;

function addChange(program: Command, run: Run, operation: Operation, description: string): void {
  addBulk(program, run, operation.name, description, (options, world) =>
    change(operation, options, world),
  );
}

/** A command that changes connections of one's choice, or all, and writes a journal. */
function addBulk(
  program: Command,
  run: Run,
  name: 'convert' | 'revert' | 'move-issuer',
  description: string,
  story: (options: ChangeOptions, world: CommandWorld) => Promise<ExitCode>,
): void {
  command(program, name, description)
    .argument('[connections...]', 'names, project/name, or IDs')
    .option('--all', 'every connection of the projects', false)
    .option('--file <path>', 'a connection on each line, or CSV of list; - for standard input')
    .option('--apply', 'do it; without this nothing is changed', false)
    .option('--journal <path>', 'where to keep what is done (default: wif-<organization>.jsonl)')
    .addOption(wait())
    .addOption(projects())
    .addOption(concurrency())
    .addOption(output('table', 'json', 'csv'))
    .action((names: readonly string[], options: NamedOptions) =>
      run(options, (world) => story({ ...options, names, projects: options.project }, world)),
    );
}

function addConnect(program: Command, run: Run): void {
  command(program, 'connect', 'makes a federated connection for an existing identity')
    .option('-p, --project <name>', 'project of the connection, by name or ID')
    .requiredOption('--name <name>', 'name of the connection')
    .option('--subscription <ID>', 'the Azure subscription that it is for')
    .option('--resource-group <name>', 'one resource group of the subscription')
    .option('--management-group <ID>', 'a management group, in place of a subscription')
    .option('--identity <resource ID>', 'a user-assigned managed identity')
    .option('--app <client ID>', 'an app registration')
    .option('--role <name>', 'give the identity this role')
    .option('--role-scope <scope>', 'where the role holds (default: what it is for)')
    .option('--description <text>', 'description of the connection', '')
    .option('--all-pipelines', 'let every pipeline of the project use it', false)
    .option('--dry-run', 'print the plan only', false)
    .addOption(output('table', 'json'))
    .action((options: ConnectOptions & SharedOptions) =>
      run(options, (world) => connect(options, world)),
    );
}

function addCheck(program: Command, run: RunOffline): void {
  program
    .command('check')
    .description('says what the steps of a pipeline need to stay signed in; asks nobody')
    .argument('<files...>', 'azure-pipelines.yml, and templates that it takes')
    .addOption(output('table', 'json', 'csv'))
    .addHelpText('after', helpTexts.check)
    .action((files: readonly string[], options: Omit<CheckOptions, 'files'>) =>
      run(options, (world) => check({ ...options, files }, world)),
    );
}

function addTrust(program: Command, run: Run): void {
  command(program, 'trust', 'prints what another cloud needs to trust a connection')
    .argument('<connection>', 'name, project/name, or ID')
    .addOption(
      new Option('--for <side>', 'who is to trust it').choices(trustingSides).makeOptionMandatory(),
    )
    .option('--terraform', 'as code for Terraform', false)
    .option('--aws-account <ID>', 'the account, for a policy in JSON')
    .addOption(projects())
    .addOption(concurrency())
    .action(
      (
        connection: string,
        options: TrustOptions & { readonly project: readonly string[] } & SharedOptions,
      ) =>
        run(options, (world) =>
          trust({ ...options, connection, projects: options.project }, world),
        ),
    );
}

function command(program: Command, name: keyof typeof helpTexts, description: string): Command {
  return program
    .command(name)
    .description(description)
    .addOption(
      new Option(
        '-o, --organization <name or URL>',
        'organization of Azure DevOps Services, such as https://dev.azure.com/contoso',
      ).env('AZDO_ORG_SERVICE_URL'),
    )
    .option('--tenant <ID>', 'tenant to sign in to with Entra')
    .option('--devops-tenant <ID>', 'tenant of the organization, where that is another')
    .addHelpText('after', helpTexts[name]);
}
