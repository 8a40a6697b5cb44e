import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tenancyOf, type ServiceName } from './clouds.ts';
import type { FaultPlace } from './faults.ts';
import type { House } from './front-door.ts';
import { clientName } from './user-agent.ts';

/** The emulator's only door: everything else of the network is shut. */
export interface Proxy {
  readonly url: string;
  close(): Promise<void>;
}

const handshakePlace: Readonly<Record<ServiceName, FaultPlace>> = {
  'azure-devops': 'oidctoken',
  'devops-users': 'organization-users',
  'devops-entitlements': 'organization-users',
  'visual-studio': 'git',
  'devops-issuer': 'discovery',
  marketplace: 'marketplace',
  feeds: 'feeds',
  entra: 'entra',
  'resource-manager': 'arm',
  graph: 'graph',
  'key-vault': 'key-vault',
  blob: 'blob',
  'container-registry': 'container-registry',
  'google-sts': 'google-sts',
  'google-iam': 'google-iam',
  'google-storage': 'google-storage',
  'aws-sts': 'aws-sts',
  s3: 's3',
  'other-git': 'other-git',
};

function note(house: House, message: IncomingMessage, host: string, error: string): void {
  const told = message.headers['user-agent'];
  house.journal.write({
    at: new Date(),
    host,
    method: message.method ?? '',
    path: message.method === 'CONNECT' ? '' : ((message.url ?? '').split('?')[0] ?? ''),
    route: 'refused',
    client: clientName(told === undefined ? {} : { 'user-agent': told }),
    status: error === 'tls-reset' ? 0 : 403,
    error,
  });
}

function connect(house: House, door: TlsServer, message: IncomingMessage, head: Buffer): void {
  const { socket } = message;
  const [host = '', port = ''] = (message.url ?? '').toLowerCase().split(':');
  const tenancy = port === '443' ? tenancyOf(host, house.world.clouds) : undefined;
  if (!tenancy) {
    note(house, message, message.url ?? '', 'unknown-host');
    socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    return;
  }
  socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
  if (house.faults.strikeHandshake(handshakePlace[tenancy.service])) {
    note(house, message, host, 'tls-reset');
    socket.once('data', () => socket.resetAndDestroy());
    return;
  }
  if (head.length > 0) socket.unshift(head);
  door.emit('connection', socket);
}

function serve(house: House, door: TlsServer, sockets: Set<Socket>): Server {
  const server = createServer((message, response) => {
    const target = message.url ?? '';
    note(house, message, URL.canParse(target) ? new URL(target).host : target, 'plain-http');
    response.writeHead(403, { 'Content-Type': 'text/plain', Connection: 'close' });
    response.end('Only CONNECT, and only to the hosts that are played here.\n');
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // A client that breaks off is no event.
    socket.on('error', () => socket.destroy());
  });
  server.on('connect', (message, _socket, head) => connect(house, door, message, head));
  return server;
}

/** Opens the proxy on a port of the system's choice. */
export async function openProxy(house: House, door: TlsServer): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const server = serve(house, door, sockets);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
