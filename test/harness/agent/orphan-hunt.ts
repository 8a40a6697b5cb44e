import type { ProcessSeen } from './contract.ts';
import { argumentsOf, environmentOf, listProcesses } from './processes.ts';
import type { ProcessInfo } from './processes.ts';

const lookupName = 'VSTS_PROCESS_LOOKUP_ID';

/** Finds what a job left running, by the lookup id in the environment each process began with. */
export class OrphanHunt {
  readonly #lookupId: string;
  readonly #before: ReadonlySet<string>;

  constructor(lookupId: string) {
    this.#lookupId = lookupId.toLowerCase();
    this.#before = new Set(listProcesses().map(keyOf));
  }

  find(): ProcessSeen[] {
    return listProcesses()
      .filter((process) => !this.#before.has(keyOf(process)))
      .filter(({ pid }) => this.#isOurs(pid))
      .map(({ pid, name }) => ({ pid, name, arguments: argumentsOf(pid) }));
  }

  #isOurs(pid: number): boolean {
    return environmentOf(pid).some(
      (entry) => entry.toLowerCase() === `${lookupName}=${this.#lookupId}`.toLowerCase(),
    );
  }
}

function keyOf({ pid, name }: ProcessInfo): string {
  return `${pid}_${name}`;
}
