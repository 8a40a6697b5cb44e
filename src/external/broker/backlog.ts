/** At least so much is done in a turn of the event loop. */
const minInATurn = 8;

/** Of a longer backlog at least this part is done in a turn, so that it cannot grow for ever. */
const minShare = 1 / 64;

/**
 * Work that no tool of the job waits for, such as turning somebody away. A little of it is done in each
 * turn of the event loop, so that a request of the job that came meanwhile is answered before the rest.
 */
export class Backlog {
  #work: (() => void)[] = [];
  #isScheduled = false;

  /** @param work must not throw. */
  add(work: () => void): void {
    this.#work.push(work);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled || this.#work.length === 0) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#turn();
      this.#schedule();
    });
  }

  #turn(): void {
    const share = Math.max(minInATurn, Math.ceil(this.#work.length * minShare));
    const now = this.#work.slice(0, share);
    this.#work = this.#work.slice(share);
    for (const work of now) work();
  }
}
