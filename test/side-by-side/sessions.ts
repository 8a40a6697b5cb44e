import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lives } from '../conformance/evidence.ts';
import { cleanlinessChecks } from '../conformance/outcome.ts';
import { produce, type Produced } from '../conformance/play.ts';
import type { Emulator, ServiceConnection } from '../harness/emulator/emulator.ts';
import { commandGroups } from './commands.ts';
import { environmentOf } from './versions.ts';

/** How Azure CLI was signed in, and when its commands run. */
export type SessionName = 'az login' | 'at once' | 'past expiry' | 'fallback';

/** What a line of script said and how it ended. */
export interface Said {
  readonly line: string;
  readonly status: number | null;
  readonly output: string;
  readonly errors: string;
}

/** A file of the profile, as the sign-in left it. */
export interface ProfileFile {
  readonly name: string;
  /** Octal digits. */
  readonly mode: string;
  readonly content: string;
}

/** All that a job showed of a session. */
export interface SessionRecord {
  readonly session: SessionName;
  readonly files: readonly ProfileFile[];
  readonly said: readonly Said[];
  /** What IDs of this play mean, by the ID. */
  readonly names: ReadonlyMap<string, string>;
  /** Starts of `az login` by the task, seen among the processes of the job. */
  readonly logins: number;
  /** Whatever is wrong with the job itself. */
  readonly complaints: readonly string[];
}

/** Lives of which a pass over all lines sees the end, and the pause after which it begins. */
const shortLives = { idTokenSeconds: 20, accessTokenSeconds: 40 };
const pauseSeconds = 45;
const usualLives = { idTokenSeconds: 600, accessTokenSeconds: 3600 };
/** Nobody renews the tokens of `az login`; those of an Entra issuer live for a day. */
const longLives = { idTokenSeconds: 86_400, accessTokenSeconds: 86_400 };

/** A tenant in which the identity is a guest. */
const guestTenant = '5d4f1e6c-3a70-4f0e-9b61-70b1c5a3e7d2';

/** Plays the job of a session with one version of Azure CLI. */
export async function playSession(version: string, session: SessionName): Promise<SessionRecord> {
  const folder = mkdtempSync(join(tmpdir(), 'side-by-side-'));
  try {
    return await playIn(folder, version, session);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function playIn(
  folder: string,
  version: string,
  session: SessionName,
): Promise<SessionRecord> {
  const lines = join(folder, 'lines.json');
  const results = join(folder, 'results.json');
  writeFileSync(lines, JSON.stringify(commandGroups.flatMap((group) => group.lines)));
  const names = new Map<string, string>([[guestTenant, 'GUEST_TENANT']]);
  const isShort = session === 'past expiry' || session === 'fallback';
  const program = join(environmentOf(version), 'bin');
  const produced = await produce({
    pipeline: join('test', 'side-by-side', 'pipelines', `${pipelineOf(session)}.yml`),
    sources: join('test', 'side-by-side', 'programs'),
    connections: ['production'],
    lives: livesOf(session),
    deploymentSeconds: 1,
    path: [session === 'fallback' ? unknownProgram(folder) : program],
    variables: (emulator, [connection]) => {
      if (connection !== undefined) settle(emulator, connection, names);
      return {
        ...signInVariables(connection),
        GUEST_TENANT: guestTenant,
        lines,
        results,
        // For the folder of one module, 2.45 would load all of setuptools in each process.
        SETUPTOOLS_USE_DISTUTILS: 'stdlib',
        pause: isShort ? String(pauseSeconds) : '0',
        AZURE_CLI_PROGRAM: join(program, 'az'),
      };
    },
  });
  return recordOf(session, produced, results, names);
}

function livesOf(session: SessionName): Lives {
  if (session === 'az login') return longLives;
  return session === 'at once' ? usualLives : shortLives;
}

const pipelineOf = (session: SessionName): string =>
  session === 'az login' ? 'reference' : 'session';

/** A program whose version cannot be found out without starting it: where it leads, a variable says. */
function unknownProgram(folder: string): string {
  const path = join(folder, 'az');
  writeFileSync(path, '#!/bin/sh\nexec "$AZURE_CLI_PROGRAM" "$@"\n');
  chmodSync(path, 0o755);
  return folder;
}

/** What a step needs to sign in by itself. */
export function signInVariables(
  connection: ServiceConnection | undefined,
): Readonly<Record<string, string>> {
  if (connection === undefined) throw new Error('There is no connection.');
  const { id, clientId, tenantId, subscriptionId } = connection;
  return {
    CONNECTION_ID: id,
    CLIENT: clientId,
    TENANT: tenantId,
    SUBSCRIPTION: subscriptionId,
  };
}

/** Makes the identity an administrator, and a guest of another tenant; names what is of this play alone. */
function settle(
  { office }: Emulator,
  { clientId, tenantId, subscriptionId }: ServiceConnection,
  names: Map<string, string>,
): void {
  office.giveRights(clientId, {});
  office.changeApplication(clientId, { otherTenants: new Set([guestTenant]) });
  names.set(clientId, 'CLIENT');
  names.set(office.application(clientId).objectId, 'PRINCIPAL');
  names.set(tenantId, 'TENANT');
  names.set(subscriptionId, 'SUBSCRIPTION');
}

function recordOf(
  session: SessionName,
  produced: Produced,
  results: string,
  names: ReadonlyMap<string, string>,
): SessionRecord {
  const { report, argumentsSeen } = produced;
  if (report.result !== 'Succeeded')
    throw new Error(`The job ended ${report.result}.\n${report.log}`);
  const text = readFileSync(results, 'utf8');
  const { files, said } = JSON.parse(text) as Pick<SessionRecord, 'files' | 'said'>;
  const isOurs = session !== 'az login';
  const checks = isOurs ? cleanlinessChecks(produced) : [];
  // Not `--auth-mode login` and `az acr login`, which lines of the comparison have.
  const logins = argumentsSeen.filter(
    (words) => words.includes('azure.cli') && words[words.indexOf('azure.cli') + 1] === 'login',
  ).length;
  const complaints = checks.filter(([isBad]) => isBad).map(([, complaint]) => complaint);
  return { session, files, said, names, logins, complaints };
}
