import type { ProcessSeen } from './contract.ts';
import { detailsOf, listProcesses, type ProcessDetails, type ProcessInfo } from './processes.ts';

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
    const fresh = listProcesses().filter((process) => !this.#before.has(keyOf(process)));
    const details = detailsOf(fresh.map(({ pid }) => pid));
    return fresh.flatMap(({ pid, name }) => {
      const seen = details.get(pid);
      if (seen === undefined || !this.#isOurs(seen)) return [];
      return [{ pid, name, arguments: seen.arguments }];
    });
  }

  #isOurs({ environment }: ProcessDetails): boolean {
    return environment.some(
      (entry) => entry.toLowerCase() === `${lookupName}=${this.#lookupId}`.toLowerCase(),
    );
  }
}

function keyOf({ pid, name }: ProcessInfo): string {
  return `${pid}_${name}`;
}
