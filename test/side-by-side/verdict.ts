import {
  compareProfiles,
  compareSessions,
  type Difference,
  type FileDifference,
} from './comparison.ts';
import { fileReasons, lineReasons, reasonFor } from './reasons.ts';
import { playSession, type SessionName, type SessionRecord } from './sessions.ts';

/** A session beside that of `az login`. */
export interface Compared {
  readonly session: SessionName;
  readonly record: SessionRecord;
  readonly differences: readonly Difference[];
  readonly fileDifferences: readonly FileDifference[];
  /** Whatever is not as it should be, in words. */
  readonly complaints: readonly string[];
}

/** All sessions of a version of Azure CLI. */
export interface VersionVerdict {
  readonly version: string;
  readonly reference: SessionRecord;
  readonly compared: readonly Compared[];
}

/** The sessions that are compared with that of `az login`. */
export const comparedSessions: readonly SessionName[] = ['at once', 'past expiry', 'fallback'];

/** A job that is still to be played, of which version and which session. */
export interface Task {
  readonly version: string;
  readonly session: SessionName;
}

/** Plays jobs, some at a time; every outcome is told as soon as it is there. */
export async function playAll(
  tasks: readonly Task[],
  atOnce: number,
  told: (task: Task, seconds: number) => void,
): Promise<ReadonlyMap<Task, SessionRecord>> {
  const records = new Map<Task, SessionRecord>();
  await playSome(tasks, atOnce, async (task) => {
    const begun = performance.now();
    records.set(task, await playSession(task.version, task.session));
    told(task, Math.round((performance.now() - begun) / 1000));
  });
  return records;
}

/** Plays each of many, some at a time. */
export async function playSome<T extends object>(
  all: readonly T[],
  atOnce: number,
  play: (one: T) => Promise<void>,
): Promise<void> {
  const waiting = [...all];
  const playNext = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await play(next);
  };
  await Promise.all(Array.from({ length: atOnce }, playNext));
}

/** Judges a session by what the same version says and does after `az login`. */
export function judge(reference: SessionRecord, record: SessionRecord): Compared {
  const { session } = record;
  const differences = compareSessions(reference, record);
  const fileDifferences = compareProfiles(reference, record);
  const complaints = [
    ...record.complaints,
    ...loginComplaints(record),
    ...differences
      .filter(({ line }) => reasonFor(line, session, lineReasons) === undefined)
      .map(({ line, what, expected, found }) => `${line}\n  ${what}: ${expected} → ${found}`),
    ...fileDifferences
      .filter(({ name }) => reasonFor(name, session, fileReasons) === undefined)
      .map(({ name, what }) => `${name}: ${what}`),
    ...lineReasons
      .filter(({ about, sessions }) => {
        return sessions.includes(session) && !differences.some(({ line }) => about.test(line));
      })
      .map(({ about }) => `${String(about)} was to differ, and does not`),
  ];
  return { session, record, differences, fileDifferences, complaints };
}

/** Only the fallback starts Azure CLI to sign it in. */
function loginComplaints({ session, logins }: SessionRecord): readonly string[] {
  const isMeant = session === 'fallback' ? logins > 0 : logins === 0;
  return isMeant ? [] : [`az login was seen ${logins} times`];
}
