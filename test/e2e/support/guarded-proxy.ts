import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A proxy that lets nobody through without its password, before the emulator's own. */
export interface GuardedProxy {
  readonly url: string;
  /** Tunnels that were opened, and those that were refused. */
  readonly opened: number;
  readonly refused: number;
  close(): Promise<void>;
}

export async function guardedProxy(
  behindUrl: string,
  username: string,
  password: string,
): Promise<GuardedProxy> {
  const wanted = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const sockets = new Set<Socket>();
  const counts = { opened: 0, refused: 0 };
  const server: Server = createServer((_, answer) => {
    answer.writeHead(403).end();
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('connect', ({ url = '', headers }, socket: Socket) => {
    if (headers['proxy-authorization'] !== wanted) {
      counts.refused += 1;
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    counts.opened += 1;
    forward(behindUrl, url, socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get opened() {
      return counts.opened;
    },
    get refused() {
      return counts.refused;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function forward(behindUrl: string, path: string, socket: Socket): void {
  const asked = request(behindUrl, { method: 'CONNECT', path, agent: false });
  asked.on('error', () => socket.destroy());
  asked.on('connect', (_, behind: Socket) => {
    behind.on('error', () => socket.destroy());
    behind.on('close', () => socket.destroy());
    socket.on('close', () => behind.destroy());
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    behind.pipe(socket).pipe(behind);
  });
  asked.end();
}
