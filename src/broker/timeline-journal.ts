import type { Clock, Files } from '../ports.ts';
import type { Chronicle } from '../refresh/chronicle.ts';

/** Counts of answers alone are written this often at most, in ms. */
const countsMs = 30_000;

/**
 * Keeps the chronicle in a file beside the broker's state, so that a broker that is killed leaves it
 * to its successor, or to the post-job step.
 */
export class TimelineJournal {
  readonly #file: string;
  readonly #world: { readonly files: Files; readonly clock: Clock };
  #chronicle: Chronicle | undefined;
  #isDue = false;
  #writing: Promise<void> | undefined;
  #writtenAt = 0;

  constructor(file: string, world: { readonly files: Files; readonly clock: Clock }) {
    this.#file = file;
    this.#world = world;
  }

  /** Begins to write, once the directory is the broker's own. */
  begin(chronicle: Chronicle): void {
    this.#chronicle = chronicle;
    this.note();
  }

  /** Something has changed: it is written as soon as the last writing is done. */
  note(): void {
    this.#isDue = true;
    if (this.#chronicle !== undefined) this.#writing ??= this.#write(this.#chronicle);
  }

  /** Writes what has only been counted, now and then. */
  tend(): void {
    const isLongAgo = this.#world.clock.monotonicMs() - this.#writtenAt >= countsMs;
    if (isLongAgo && this.#chronicle?.takeNewCounts() === true) this.note();
  }

  /** Nothing is written after this. */
  async close(): Promise<void> {
    this.#isDue = false;
    await this.#writing;
    this.#chronicle = undefined;
  }

  async #write(chronicle: Chronicle): Promise<void> {
    while (this.#isDue) {
      this.#isDue = false;
      this.#writtenAt = this.#world.clock.monotonicMs();
      const text = JSON.stringify(chronicle.record(false));
      // A disk that is full must not take the broker with it: the next change tries again.
      await this.#world.files.replace(this.#file, text).catch(() => undefined);
    }
    this.#writing = undefined;
  }
}
