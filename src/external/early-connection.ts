import { Agent, type AgentOptions } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';

type Options = Parameters<Agent['createConnection']>[0];
type Callback = Parameters<Agent['createConnection']>[1];

/**
 * An agent of node:https that dials a host before there is a request for it, so that TCP and TLS are
 * done when it comes: two of the three round trips of a request. It does so once; a connection that
 * is broken until then is dialled again, as any would be, and one that was used is kept for more.
 */
export class EarlyConnection extends Agent {
  readonly #host: string;
  readonly #port: number;
  #socket: TLSSocket | undefined;

  constructor({ hostname, port }: URL, options: Pick<AgentOptions, 'ca'>) {
    super({ ...options, keepAlive: true });
    this.#host = hostname;
    this.#port = Number(port) || 443;
    const socket = connect({
      ...options,
      host: this.#host,
      port: this.#port,
      servername: this.#host,
    });
    // Nobody waits for it: should no request come, the process ends all the same. Each address that
    // is tried, IPv4 or IPv6, has a handle of its own.
    socket.unref();
    socket.on('connectionAttempt', () => {
      if (this.#socket === socket) socket.unref();
    });
    socket.on('error', () => undefined);
    this.#socket = socket;
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
