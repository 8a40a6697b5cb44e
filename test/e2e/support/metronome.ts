/** Between two beats, in ms. */
const beatMs = 20;

/** What a beat may be late on a machine that is merely busy, in ms. */
const busyMs = 100;

/** A machine that stands still for so long stands still for a request of the broker, too, in ms. */
const shortestTimeoutMs = 1_000;

/** The longest pause of the broker between two attempts, in ms. */
const longestPauseMs = 5_000;

/** A time in which this process did nothing, in ms since 1970. */
interface Gap {
  readonly from: number;
  readonly to: number;
}

/**
 * Beats for as long as this process is given time, and so tells when the machine stood still: a
 * token that ends meanwhile, or a request that the emulator, which is part of this process, does
 * not answer in time, is no fault of the broker.
 */
class Metronome {
  readonly #gaps: Gap[] = [];
  #lastMs = Date.now();

  constructor() {
    setInterval(() => this.#beat(), beatMs).unref();
  }

  /**
   * Since when what this process finds now may have been here: since its last beat, or since before
   * the gap that has just ended.
   */
  get hereSinceMs(): number {
    const last = this.#gaps.at(-1);
    return last !== undefined && Date.now() - last.to < busyMs ? last.from : this.#lastMs;
  }

  /** How much of a time this process was not there for. */
  lostMs(from: number, to: number): number {
    const shares = this.#gaps.map((gap) => Math.min(gap.to, to) - Math.max(gap.from, from));
    return shares.filter((share) => share > 0).reduce((sum, share) => sum + share, 0);
  }

  /** Whether what failed then may be for nothing but the machine. */
  stoodStillBefore(atMs: number): boolean {
    return this.#standstills.some(({ from, to }) => from <= atMs && atMs <= to + longestPauseMs);
  }

  /** How often since then the machine stood still for longer than a request may. */
  standstillsSince(fromMs: number): number {
    return this.#standstills.filter(({ to }) => to >= fromMs).length;
  }

  get #standstills(): readonly Gap[] {
    return this.#gaps.filter(({ from, to }) => to - from >= shortestTimeoutMs);
  }

  #beat(): void {
    const now = Date.now();
    if (now - this.#lastMs > busyMs) this.#gaps.push({ from: this.#lastMs, to: now });
    this.#lastMs = now;
  }
}

/** That of this process. */
export const metronome = new Metronome();
