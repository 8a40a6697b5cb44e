import { parsed } from '../../src/json-text.ts';
import { recordOf, textOf } from './answer.ts';
import type { Operation } from './operation.ts';

/** What is written down around each change: names, IDs and outcomes, never a credential. */
export interface JournalEntry {
  readonly v: 1;
  readonly at: string;
  readonly event: 'begin' | 'end';
  readonly operation: Operation['name'] | 'move-issuer';
  readonly organization: string;
  readonly project: string;
  readonly id: string;
  readonly name: string;
  /** Of an end only. */
  readonly outcome?: (typeof outcomes)[number];
  /** Why it failed: a code of an error, or the reason of a skip. */
  readonly code?: string;
  /** Of a move: what the connection had before. */
  readonly issuer?: string;
  readonly subject?: string;
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

/** What a journal knows of a move to another issuer. */
export interface PastMove {
  readonly state: 'begun' | 'moved' | 'failed';
  readonly at: string;
  readonly issuer?: string;
  readonly subject?: string;
}

/** The moves that a journal knows of, by the ID of the connection. */
export function pastMoves(text: string, organization: string): ReadonlyMap<string, PastMove> {
  const past = new Map<string, PastMove>();
  for (const { id, at, event, operation, outcome, ...rest } of entriesOf(text, organization)) {
    if (operation !== 'move-issuer') continue;
    const { issuer, subject } = { ...past.get(id), ...rest };
    const ended = outcome === 'moved' ? 'moved' : 'failed';
    past.set(id, {
      state: event === 'begin' ? 'begun' : ended,
      at,
      ...(issuer === undefined ? {} : { issuer }),
      ...(subject === undefined ? {} : { subject }),
    });
  }
  return past;
}

function entriesOf(text: string, organization: string): readonly JournalEntry[] {
  return text
    .split('\n')
    .map(entryOf)
    .filter((entry) => entry !== undefined)
    .filter((entry) => entry.organization === organization);
}

/**
 * Reads a journal, as far as it can be read: a run that was killed may have left half a line. The
 * truth is in Azure DevOps; the journal only says who made it so.
 */
export function pastChanges(text: string, organization: string): ReadonlyMap<string, PastChange> {
  const past = new Map<string, PastChange>();
  for (const { id, operation, event, outcome } of entriesOf(text, organization)) {
    if (operation === 'move-issuer') continue;
    const ended = outcome === 'moved' ? 'failed' : (outcome ?? 'failed');
    past.set(id, { operation, state: event === 'begin' ? 'begun' : ended });
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
  if (operation !== 'convert' && operation !== 'revert' && operation !== 'move-issuer')
    return undefined;
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
    ...optional('issuer', value),
    ...optional('subject', value),
  };
}

function optional<Name extends 'issuer' | 'subject'>(
  name: Name,
  value: Readonly<Record<string, unknown>>,
): Partial<Record<Name, string>> {
  const text = textOf(value[name]);
  return text === undefined ? {} : ({ [name]: text } as Partial<Record<Name, string>>);
}

const outcomes = ['converted', 'reverted', 'moved', 'failed'] as const;
