import { kindOfError } from '../errors.ts';
import { isPlace, placeOf } from '../place.ts';

/** What a broker leaves when it dies of an error that nobody foresaw; no text of the error. */
export interface LastWords {
  /** Whose they are. */
  readonly brokerId: string;
  /** ISO 8601. */
  readonly on: string;
  /** The kind of the error, for example `TypeError` or `Error, EMFILE`. */
  readonly what: string;
  /** Where in the code it happened, from the inside out. */
  readonly place: readonly string[];
}

/** The last words of a broker about an error. */
export function lastWordsOf(error: unknown, brokerId: string, now: Date): LastWords {
  return { brokerId, on: now.toISOString(), what: kindOfError(error), place: placeOf(error) };
}

/**
 * The content of a file of last words; undefined for what no broker has written. It lies in a folder
 * that others may reach, so only what has our form gets into a log.
 */
export function readLastWords(text: string): LastWords | undefined {
  try {
    const words = JSON.parse(text) as Partial<Record<keyof LastWords, unknown>> | null;
    const { brokerId, on, what, place } = words ?? {};
    if (typeof brokerId !== 'string' || typeof on !== 'string' || typeof what !== 'string') return;
    if (Number.isNaN(Date.parse(on)) || !/^\w{1,40}(, \w{1,40})?$/.test(what)) return;
    if (!Array.isArray(place)) return;
    return { brokerId, on: new Date(on).toISOString(), what, place: place.filter(isPlace) };
  } catch {
    return undefined;
  }
}
