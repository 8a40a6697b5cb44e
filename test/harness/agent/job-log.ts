import type { FromWorker } from './job-message.ts';
import type { SecretMasker } from './secret-masker.ts';

/** Writes a job's log, masked at the moment of writing and never afterwards. */
export class JobLog {
  readonly #masker: SecretMasker;
  readonly #send: (message: FromWorker) => void;
  readonly #step: number | undefined;

  constructor(masker: SecretMasker, send: (message: FromWorker) => void, step?: number) {
    this.#masker = masker;
    this.#send = send;
    this.#step = step;
  }

  /** The log of one step, by its index in order of execution. */
  forStep(step: number): JobLog {
    return new JobLog(this.#masker, this.#send, step);
  }

  /** A message is masked as a whole, then cut into lines. */
  write(message: string): void {
    const raw = message.split('\n');
    const masked = this.#masker.mask(message).split('\n');
    for (let index = 0; index < Math.max(raw.length, masked.length); index += 1) {
      this.#line(raw[index] ?? '', masked[index]);
    }
  }

  /** A command that was carried out: it was on the stream, but no log shows it. */
  command(raw: string): void {
    this.#line(raw, undefined);
  }

  #line(raw: string, masked: string | undefined): void {
    this.#send({ type: 'line', step: this.#step, raw, masked });
  }
}
