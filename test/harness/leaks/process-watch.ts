import { argumentsOf, environmentOf, listProcesses } from '../agent/processes.ts';

/** A process as it was seen in one or more samples. */
export interface SampledProcess {
  readonly arguments: readonly string[];
  /** `NAME=value`, as the process was started. */
  readonly environment: readonly string[];
  readonly pids: ReadonlySet<number>;
  /**
   * The parents under which it was seen. Between fork and exec a child looks like its parent, so
   * more than one may be here.
   */
  readonly parents: ReadonlySet<number>;
}

interface MutableSample extends SampledProcess {
  readonly pids: Set<number>;
  readonly parents: Set<number>;
}

/**
 * Looks at the processes of this user now and then. What lives between two looks is missed, so a
 * finding proves a leak, and no finding proves little about commands that are very short.
 */
export class ProcessWatch {
  readonly #seen = new Map<string, MutableSample>();
  readonly #ignored: ReadonlySet<number>;
  readonly #before: ReadonlySet<string>;

  constructor(ignoredPids: readonly number[]) {
    this.#ignored = new Set(ignoredPids);
    this.#before = new Set(listProcesses().map(({ pid, startTime }) => `${pid} ${startTime}`));
  }

  /** Takes one look at all processes that began after this watch. */
  sample(): void {
    const uid = process.getuid?.();
    for (const { pid, parent, uid: owner, startTime } of listProcesses()) {
      if (owner !== uid || this.#ignored.has(pid)) continue;
      if (this.#before.has(`${pid} ${startTime}`)) continue;
      this.#record(pid, parent);
    }
  }

  get processes(): readonly SampledProcess[] {
    return [...this.#seen.values()];
  }

  #record(pid: number, parent: number): void {
    const { processArguments, environment } = settledOf(pid);
    if (processArguments.length === 0 && environment.length === 0) return;
    const key = [...processArguments, '', ...environment].join('\0');
    const known = this.#seen.get(key) ?? {
      arguments: processArguments,
      environment,
      pids: new Set(),
      parents: new Set(),
    };
    known.pids.add(pid);
    known.parents.add(parent);
    this.#seen.set(key, known);
  }
}

/** While a process becomes another program, which takes less than a millisecond, it is looked at again. */
const maxLooks = 20;
const betweenLooksMs = 2;

/**
 * Arguments and environment of one and the same program: they are two files, and in the middle of an
 * exec the first is empty while the second is already that of the new program.
 */
function settledOf(pid: number): {
  readonly processArguments: readonly string[];
  readonly environment: readonly string[];
} {
  for (let looks = 1; ; looks += 1) {
    const processArguments = argumentsOf(pid);
    const environment = environmentOf(pid);
    const isSettled =
      processArguments.join('\0') === argumentsOf(pid).join('\0') &&
      (processArguments.length > 0 || environment.length === 0);
    // One that hides its arguments for good is judged without them.
    if (isSettled || looks === maxLooks) return { processArguments, environment };
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, betweenLooksMs);
  }
}
