import type { Clock, Files } from '../ports.ts';
import { lastWordsOf, type LastWords } from '../wire/last-words.ts';

/** The first errors of a broken broker say what is wrong; the rest repeat it. */
const maxNotes = 3;

interface NotesWorld {
  readonly clock: Clock;
  readonly files: Files;
}

/** Errors in the broker that nobody foresaw: kept for the report, and written down before a death. */
export class Unforeseen {
  readonly #brokerId: string;
  readonly #world: NotesWorld;
  readonly #notes: LastWords[] = [];

  constructor(brokerId: string, world: NotesWorld) {
    this.#brokerId = brokerId;
    this.#world = world;
  }

  /** Those that the broker survived, the first ones first. */
  get notes(): readonly LastWords[] {
    return this.#notes;
  }

  /** Notes an error that the broker survives. */
  survived(error: unknown): void {
    if (this.#notes.length < maxNotes) this.#notes.push(this.#wordsOf(error));
  }

  /** Writes down the error of which the broker dies; never rejects. */
  async died(error: unknown, file: string): Promise<void> {
    const words = JSON.stringify(this.#wordsOf(error));
    // A full disk is no reason to die of something else.
    await this.#world.files.replace(file, words).catch(() => undefined);
  }

  #wordsOf(error: unknown): LastWords {
    return lastWordsOf(error, this.#brokerId, this.#world.clock.now());
  }
}
