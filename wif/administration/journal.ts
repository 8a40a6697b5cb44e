import { recordOf, textOf } from './answer.ts';
import type { AdministrationErrorCode } from './errors.ts';
import type { Operation } from './operation.ts';

/** What is written down around each change: names, IDs and outcomes, never a credential. */
export interface JournalEntry {
  readonly v: 1;
  readonly at: string;
  readonly event: 'begin' | 'end';
  readonly operation: Operation['name'];
  readonly organization: string;
  readonly project: string;
  readonly id: string;
  readonly name: string;
  /** Of an end only. */
  readonly outcome?: 'converted' | 'reverted' | 'failed';
  readonly code?: AdministrationErrorCode;
}

/** Where entries go: each is safely on the disk when the promise resolves. */
export interface Journal {
  write(entry: JournalEntry): Promise<void>;
}

/** What a journal knows of a connection: the last that was begun, and how it ended. */
export interface PastChange {
  readonly operation: Operation['name'];
  readonly state: 'begun' | 'converted' | 'reverted' | 'failed';
}

/**
 * Reads a journal, as far as it can be read: a run that was killed may have left half a line. The
 * truth is in Azure DevOps; the journal only says who made it so.
 */
export function pastChanges(text: string, organization: string): ReadonlyMap<string, PastChange> {
  const past = new Map<string, PastChange>();
  for (const line of text.split('\n')) {
    const entry = entryOf(line);
    if (entry?.organization !== organization) continue;
    const { id, operation, event, outcome } = entry;
    past.set(id, { operation, state: event === 'begin' ? 'begun' : (outcome ?? 'failed') });
  }
  return past;
}

/** Whether a file is a journal, or empty: no other file is ever written to. */
export function isJournal(text: string): boolean {
  const [first = ''] = text.split('\n');
  return text.trim() === '' || entryOf(first) !== undefined || isTorn(text);
}

/** The very first write was cut off. */
function isTorn(text: string): boolean {
  return text.startsWith('{"v":1') && !text.includes('\n');
}

function entryOf(line: string): JournalEntry | undefined {
  const value = recordOf(parsed(line));
  const operation = value['operation'];
  const event = value['event'];
  const id = textOf(value['id']);
  const organization = textOf(value['organization']);
  if (value['v'] !== 1 || id === undefined || organization === undefined) return undefined;
  if (operation !== 'convert' && operation !== 'revert') return undefined;
  if (event !== 'begin' && event !== 'end') return undefined;
  const outcome = outcomes.find((known) => known === value['outcome']);
  return {
    v: 1,
    at: textOf(value['at']) ?? '',
    event,
    operation,
    organization,
    project: textOf(value['project']) ?? '',
    id,
    name: textOf(value['name']) ?? '',
    ...(outcome === undefined ? {} : { outcome }),
  };
}

const outcomes = ['converted', 'reverted', 'failed'] as const;

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
