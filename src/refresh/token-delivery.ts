import { asFederationError, type FederationError } from '../errors.ts';

/** Puts tokens where tools read them: the newest, one write at a time. */
export class TokenDelivery<T> {
  readonly #write: (token: T) => Promise<void>;
  readonly #failed: (failure: FederationError) => void;
  #undelivered: T | undefined;
  #writing: Promise<void> | undefined;
  #failure: FederationError | undefined;

  /**
   * @param write puts one token in place.
   * @param failed called for each write that fails; the token stays to be delivered.
   */
  constructor(write: (token: T) => Promise<void>, failed: (failure: FederationError) => void) {
    this.#write = write;
    this.#failed = failed;
  }

  /** Whether the newest token is not in place yet. */
  get isPending(): boolean {
    return this.#undelivered !== undefined;
  }

  /** Takes the newest token, which {@link deliver} puts in place. */
  take(token: T): void {
    this.#undelivered = token;
  }

  /** Puts the newest token in place, unless it is there; never rejects. */
  deliver(): Promise<void> {
    this.#writing ??= this.#writeNewest().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  /**
   * Resolves once the newest token is in place.
   * @throws {FederationError} the reason why it is not.
   */
  async delivered(): Promise<void> {
    await this.deliver();
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #writeNewest(): Promise<void> {
    while (this.#undelivered !== undefined) {
      const token = this.#undelivered;
      try {
        await this.#write(token);
      } catch (error) {
        this.#failure = asFederationError(error);
        this.#failed(this.#failure);
        return;
      }
      this.#failure = undefined;
      if (this.#undelivered === token) this.#undelivered = undefined;
    }
  }
}
