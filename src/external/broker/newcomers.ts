import type { Socket } from 'node:net';

/** More than the tools of a job open at the same moment; the rest of the handles is for them. */
export const maxNewcomers = 256;

/**
 * Connections on which nobody has yet asked for anything, or not yet all of it. Everybody on the
 * machine can open them, so they are counted apart: when there are too many, the oldest is dropped,
 * and whoever comes next is served. A request that is being answered is not among them, since
 * whoever has no capability is answered at once, and cut off.
 */
export class Newcomers {
  readonly #waiting = new Set<Socket>();

  /** A connection that was just made. */
  add(socket: Socket): void {
    this.#waiting.add(socket);
    socket.once('close', () => this.#waiting.delete(socket));
    const [oldest] = this.#waiting;
    if (this.#waiting.size <= maxNewcomers || oldest === undefined) return;
    this.#waiting.delete(oldest);
    oldest.destroy();
  }

  /** A whole request has come on it. */
  release(socket: Socket): void {
    this.#waiting.delete(socket);
  }
}
