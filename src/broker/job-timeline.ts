import type { Clock, Files } from '../ports.ts';
import { Chronicle } from '../refresh/chronicle.ts';
import type { ConnectionChronicle } from '../refresh/connection-chronicle.ts';
import type { TimelineRecord } from '../wire/timeline.ts';
import { TimelineJournal } from './timeline-journal.ts';

/** What goes on in a record of the job's tokens that more than one broker writes. */
export interface History {
  /** Version of the extension. */
  readonly product: string;
  /** What the broker that this one follows has left. */
  readonly earlier?: TimelineRecord | undefined;
}

/** What the tokens of the job did: written down as it happens, and kept in a file. */
export class JobTimeline {
  readonly #chronicle: Chronicle;
  readonly #journal: TimelineJournal;

  /** @param tokenEnds when the access token of the job ends, where the token says so. */
  constructor(
    file: string,
    tokenEnds: Date | undefined,
    history: History,
    world: { readonly files: Files; readonly clock: Clock },
  ) {
    this.#journal = new TimelineJournal(file, world);
    const onChange = (): void => this.#journal.note();
    this.#chronicle = new Chronicle({ ...history, clock: world.clock, tokenEnds, onChange });
  }

  /** Begins to write the file, once its directory is this broker's own. */
  begin(): void {
    this.#journal.begin(this.#chronicle);
  }

  /** Where what happens to a connection is written down. */
  open(connection: string): ConnectionChronicle {
    return this.#chronicle.open(connection);
  }

  /** Writes what has only been counted, now and then. */
  tend(): void {
    this.#journal.tend();
  }

  /** The whole record, when this broker is asked to stop. */
  record(): TimelineRecord {
    return this.#chronicle.record(true);
  }

  /** Nothing is written into the file after this. */
  async close(): Promise<void> {
    await this.#journal.close();
  }
}
