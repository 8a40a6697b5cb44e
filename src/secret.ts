const mask = '***';

/**
 * A text that must not be seen: every way of printing it shows `***`, and only {@link Secret.reveal}
 * gives the text itself, so that each place that needs it can be found by that word.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself. Call it at the border only: an HTTP header, a file, the agent's mask. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return mask;
  }

  toJSON(): string {
    return mask;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return mask;
  }
}

/** The value of an `Authorization` header (RFC 6750, section 2.1). */
export function bearer(token: Secret): Secret {
  return new Secret(`Bearer ${token.reveal()}`);
}
