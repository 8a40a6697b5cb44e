import { endpointOf, type Endpoint, type Use } from '../wire/expectation.ts';

/** For one connection: which of the tools that it was set up for have asked since. */
export class Expectations {
  readonly #hasAsked = new Map<Use, boolean>();

  /** From now on somebody should ask for this; what was asked before, by a sign-in, does not count. */
  expect(use: Use): void {
    if (!this.#hasAsked.has(use)) this.#hasAsked.set(use, false);
  }

  /** Somebody asked at an endpoint, whatever the answer. */
  asked(endpoint: Endpoint): void {
    for (const use of this.#hasAsked.keys()) {
      if (endpointOf[use] === endpoint) this.#hasAsked.set(use, true);
    }
  }

  /** What nobody has asked for until now. */
  get unmet(): readonly Use[] {
    return [...this.#hasAsked].flatMap(([use, hasAsked]) => (hasAsked ? [] : [use]));
  }
}
