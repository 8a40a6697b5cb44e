import { Agent, type AgentOptions } from 'node:https';
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';

type Options = Parameters<Agent['createConnection']>[0];
type Callback = Parameters<Agent['createConnection']>[1];

/** How long one is kept that was used, in ms; as Node's own agent does. */
const idleMs = 5_000;

/** The address of a host is known in less, or else takes longer than anything here, in ms. */
const momentMs = 5;

/**
 * An agent of node:https that dials a host before there is a request for it, so that TCP and TLS are
 * done when it comes: two of the three round trips of a request. It does so once; a connection that
 * is broken until then is dialled again, as any would be, and one that was used is kept for more.
 */
export class EarlyConnection extends Agent {
  readonly #host: string;
  readonly #port: number;
  #socket: TLSSocket | undefined;
  /** Settled when the system is at it, or after a moment: loading is not to keep it from that. */
  readonly begun: Promise<void>;

  constructor({ hostname, port }: URL, options: Pick<AgentOptions, 'ca'>) {
    super({ ...options, keepAlive: true, timeout: idleMs });
    this.#host = hostname;
    this.#port = Number(port) || 443;
    const socket = connect({
      ...options,
      host: this.#host,
      port: this.#port,
      rejectUnauthorized: true,
      // TLS knows no names that are addresses (RFC 6066, section 3).
      servername: isIP(hostname) === 0 ? hostname : '',
    });
    // Nobody waits for it: should no request come, the process ends all the same, once the system has
    // answered what it was asked for the name. Each address that is tried, IPv4 or IPv6, has a handle
    // of its own.
    socket.unref();
    socket.on('connectionAttempt', () => {
      if (this.#socket === socket) socket.unref();
    });
    socket.on('error', () => undefined);
    this.#socket = socket;
    this.begun = begun(socket);
  }

  override createConnection(
    options: Options,
    callback?: Callback,
  ): ReturnType<Agent['createConnection']> {
    const socket = this.#socket;
    this.#socket = undefined;
    const fits = options.host === this.#host && Number(options.port) === this.#port;
    if (socket === undefined || !fits || socket.destroyed) {
      socket?.destroy();
      return super.createConnection(options, callback);
    }
    return socket.ref();
  }
}

function begun(socket: TLSSocket): Promise<void> {
  return new Promise((resolve) => {
    const moment = setTimeout(resolve, momentMs);
    for (const event of ['lookup', 'connect', 'close']) {
      socket.once(event, () => {
        clearTimeout(moment);
        resolve();
      });
    }
  });
}
