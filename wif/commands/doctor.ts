import type { Connection } from '../administration/connection.ts';
import { diagnose, isHealthy, type Diagnosis } from '../administration/diagnosis.ts';
import { administrationError } from '../administration/errors.ts';
import { ensureCredential } from '../administration/federated-credentials.ts';
import { gatherNamed, type Breadth } from './gathering.ts';
import { printFindings } from './printing.ts';
import { exitCodes, type CommandWorld, type ExitCode } from './world.ts';

export interface DoctorOptions extends Breadth {
  readonly connection: string;
  readonly fix: boolean;
  readonly output: 'table' | 'json' | 'csv';
}

/** Says what a connection lacks to work, and with `fix` makes its federated credential. */
export async function doctor(options: DoctorOptions, world: CommandWorld): Promise<ExitCode> {
  if (options.output === 'csv') {
    const remedy = 'Take --output json, or give --all for a line a connection.';
    throw administrationError('USAGE_INVALID', 'One connection is no table.', remedy);
  }
  const [connection] = await gatherNamed([options.connection], options, world);
  if (connection === undefined) throw new TypeError('A selection is never empty.');
  const before = await examine(connection, world);
  const isFixed = options.fix && (await fix(connection, before, world));
  const diagnosis = isFixed ? await examine(connection, world) : before;
  if (options.output === 'json') world.terminal.outJson(asJson(connection, diagnosis, isFixed));
  else print(connection, diagnosis, isFixed, world);
  return isHealthy(diagnosis) ? exitCodes.fine : exitCodes.failed;
}

function examine(connection: Connection, world: CommandWorld): Promise<Diagnosis> {
  const { directory, membership, organization, clock } = world;
  return diagnose(connection, {
    directory,
    membership,
    organization: organization.name,
    now: clock.now(),
    needsRole: true,
  });
}

async function fix(
  { id }: Connection,
  { identity, sends, canFix }: Diagnosis,
  { directory }: CommandWorld,
): Promise<boolean> {
  if (!canFix || identity === undefined || sends === undefined) return false;
  return ensureCredential(identity, id, sends, directory);
}

function asJson(connection: Connection, diagnosis: Diagnosis, isFixed: boolean): unknown {
  const { id, name, project } = connection;
  const { findings, identity, sends } = diagnosis;
  return {
    connection: { id, name, project: project.name },
    isHealthy: isHealthy(diagnosis),
    fixed: isFixed ? ['federated credential'] : [],
    sends: sends ?? null,
    identity:
      identity === undefined
        ? null
        : { kind: identity.kind, name: identity.name, clientId: identity.clientId },
    findings,
  };
}

function print(
  { id, name, project }: Connection,
  diagnosis: Diagnosis,
  isFixed: boolean,
  { terminal }: CommandWorld,
): void {
  const { findings, sends } = diagnosis;
  terminal.out(`Service connection "${name}" of project "${project.name}" (ID ${id})`);
  if (sends !== undefined) {
    terminal.out('  Azure DevOps will send:');
    terminal.out(`    issuer   ${sends.issuer}`);
    terminal.out(`    subject  ${sends.subject}`);
    terminal.out(`    audience ${sends.audience} (as the federated credential lists it)`);
  }
  if (isFixed) terminal.out('Created the federated credential.');
  printFindings(findings, terminal);
  terminal.out(isHealthy(diagnosis) ? 'Nothing stands in its way.' : 'Something is left to do.');
}
