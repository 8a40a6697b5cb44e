import type { AzureCliReport } from '../wire/report.ts';
import type { KeeperEvents } from './kept-identity.ts';

/** Counts what was done for the sessions of Azure CLI of one connection. */
export class KeeperStatistics implements KeeperEvents {
  readonly #kept = new Set<string>();
  readonly #notKept = new Map<string, Set<string>>();
  #idTokens = 0;
  #accessTokens = 0;
  #putBack = 0;

  kept(profile: string): void {
    this.#kept.add(profile);
  }

  replaced(what: 'ID token' | 'access token', count: number): void {
    if (what === 'ID token') this.#idTokens += count;
    else this.#accessTokens += count;
  }

  putBack(): void {
    this.#putBack += 1;
  }

  notKept(profile: string, why: keyof AzureCliReport['notKept']): void {
    this.#notKept.set(why, (this.#notKept.get(why) ?? new Set()).add(profile));
  }

  /** Undefined where there was nothing to do. */
  report(): AzureCliReport | undefined {
    if (this.#kept.size + this.#notKept.size + this.#putBack === 0) return undefined;
    const count = (why: string): number => this.#notKept.get(why)?.size ?? 0;
    return {
      profiles: this.#kept.size,
      idTokens: this.#idTokens,
      accessTokens: this.#accessTokens,
      putBack: this.#putBack,
      notKept: {
        encrypted: count('encrypted'),
        locked: count('locked'),
        failed: count('failed'),
      },
    };
  }
}
