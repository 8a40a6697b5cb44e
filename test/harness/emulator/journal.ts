import type { OtherServiceName } from './clouds.ts';

/** What a request was for. Faults and journal entries go by these names. */
export type RouteName =
  | 'oidctoken'
  | 'azure-devops'
  | 'connection-data'
  | 'pipelines'
  | 'service-endpoints'
  | 'organization-users'
  | 'marketplace'
  | 'feeds'
  | 'git'
  | 'entra-token'
  | 'discovery'
  | 'arm'
  | 'graph'
  | 'key-vault'
  | 'blob'
  | 'container-registry'
  | OtherServiceName
  | 'refused'
  | 'unknown';

/** One request, or one refused attempt to leave the machine. */
export interface JournalEntry {
  readonly number: number;
  readonly at: Date;
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly route: RouteName;
  readonly client: string;
  /** HTTP status; 0 where none was sent. */
  readonly status: number;
  readonly error?: string;
  readonly connectionId?: string;
  readonly scope?: string;
  /** `jti` (or `uti`) of what was issued, or of what was presented. */
  readonly tokenId?: string;
  /** The fault that was played. */
  readonly fault?: string;
}

/** Everything that reached the emulator, in the order of its answers. */
export interface Journal {
  readonly entries: readonly JournalEntry[];
  count(predicate: (entry: JournalEntry) => boolean): number;
  /** A place in the journal for `since`. */
  mark(): number;
  since(mark: number): readonly JournalEntry[];
  clear(): void;
}

/** A journal with its pen. */
export interface WritableJournal extends Journal {
  write(entry: Omit<JournalEntry, 'number'>): void;
}

/** An empty journal. */
export function createJournal(): WritableJournal {
  const entries: JournalEntry[] = [];
  let last = 0;
  return {
    entries,
    count: (predicate) => entries.filter(predicate).length,
    mark: () => last,
    since: (mark) => entries.filter((entry) => entry.number > mark),
    clear: () => {
      entries.length = 0;
    },
    write: (entry) => {
      last += 1;
      entries.push({ number: last, ...entry });
    },
  };
}
