import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  startEmulator,
  type Emulator,
  type JournalEntry,
  type MachineKind,
} from '../harness/emulator/emulator.ts';
import { Stage } from '../harness/stage.ts';
import { java, python } from './clients.ts';
import { isRefusal } from './evidence.ts';
import { goProgram, pipelineFile, programs } from './paths.ts';

/** What became of the programs of four SDKs on a machine with an identity of its own. */
export interface MachineOutcome {
  readonly machine: MachineKind;
  /** Who had asked the machine, or Entra as the machine, before our step. */
  readonly before: readonly string[];
  /** The same after it: nobody should. */
  readonly after: readonly string[];
  /** Requests that Resource Manager granted to the service connection after our step. */
  readonly granted: number;
  readonly complaints: readonly string[];
  readonly log: string;
}

const sdks = 4;
const linkLocal = '169.254.169.254';

/** Plays a job on such a machine, before and after our step. */
export async function tryMachine(machine: MachineKind): Promise<MachineOutcome> {
  const folder = mkdtempSync(join(tmpdir(), 'machine-'));
  const emulator = await startEmulator({ folder });
  try {
    return await playOn(emulator, machine);
  } finally {
    await emulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function playOn(emulator: Emulator, kind: MachineKind): Promise<MachineOutcome> {
  const machine = await emulator.openMachine(kind);
  const connection = emulator.addServiceConnection({ name: 'production', issuer: 'entra' });
  const stage = new Stage(emulator, {
    // The machine's own endpoint is no affair of the proxy.
    environment: { ...machine.environment, NO_PROXY: '127.0.0.1,localhost' },
  });
  try {
    const { report, journal, leaks } = await stage.play({
      pipeline: pipelineFile('machine-identity'),
      sources: programs,
      connections: [connection],
      variables: {
        subscription: emulator.subscriptionId,
        go: goProgram('sdk'),
        python,
        java,
      },
    });
    const began = journal.find(({ route }) => route === 'oidctoken')?.at ?? new Date(0);
    const ofMachine = [
      ...machine.requests,
      ...journal.filter((entry) => isAsAnother(entry, connection.id)),
    ];
    const clientsOf = (isAfter: boolean): readonly string[] =>
      [
        ...new Set(
          ofMachine.filter(({ at }) => at > began === isAfter).map(({ client }) => client),
        ),
      ].toSorted();
    const after = journal.filter(({ at }) => at > began);
    const granted = after.filter(
      ({ route, status, tokenId = '' }) =>
        route === 'arm' && status === 200 && !machine.tokenIds.has(tokenId),
    ).length;
    const expected = kind === 'AKS' ? sdks : 2 * sdks;
    const checks: readonly (readonly [isBad: boolean, complaint: string])[] = [
      [report.result !== 'Succeeded', `the job ended ${report.result}`],
      [clientsOf(false).length < sdks, `before it only ${clientsOf(false).join(', ')} asked`],
      [clientsOf(true).length > 0, `${clientsOf(true).join(', ')} signed in as the machine`],
      [granted < expected, `${granted} of ${expected} requests were granted`],
      [after.some(isRefusal), 'a sign-in was refused'],
      [leaks.length > 0, `leaked ${leaks.map(({ place }) => place).join('; ')}`],
    ];
    return {
      machine: kind,
      before: clientsOf(false),
      after: clientsOf(true),
      granted,
      complaints: checks.filter(([isBad]) => isBad).map(([, complaint]) => complaint),
      log: report.log,
    };
  } finally {
    stage.close();
    await machine.close();
  }
}

/** Asked Entra as another application than the connection's, or the address of virtual machines. */
function isAsAnother({ route, host, connectionId }: JournalEntry, ours: string): boolean {
  if (route === 'entra-token') return connectionId !== ours;
  return host.startsWith(linkLocal);
}
