import type { Socket } from 'node:net';

/**
 * Half of all connections; the other half is for the tools of the job. So many that a client on a busy
 * machine has sent its request before as many others have come after it.
 */
export const maxNewcomers = 1_000;

/**
 * Connections on which nobody has yet asked for anything, or not yet all of it. Everybody on the
 * machine can open them, so they are counted apart: when there are too many, the oldest is dropped,
 * and whoever comes next is served. A request that is being answered is not among them, since
 * whoever has no capability is answered at once, and cut off.
 */
export class Newcomers {
  readonly #fresh = new Set<Socket>();
  readonly #waiting = new Set<Socket>();

  /**
   * A connection that was just made. It counts two turns of the event loop later: hundreds are taken
   * in one turn, and what an honest client has sent already is read in the next.
   */
  add(socket: Socket): void {
    this.#fresh.add(socket);
    socket.once('close', () => this.release(socket));
    setImmediate(() => setImmediate(() => this.#count(socket)));
  }

  /** A whole request has come on it, or it is closed. */
  release(socket: Socket): void {
    this.#fresh.delete(socket);
    this.#waiting.delete(socket);
  }

  #count(socket: Socket): void {
    if (!this.#fresh.delete(socket)) return;
    this.#waiting.add(socket);
    const [oldest] = this.#waiting;
    if (this.#waiting.size <= maxNewcomers || oldest === undefined) return;
    this.release(oldest);
    oldest.destroy();
  }
}
