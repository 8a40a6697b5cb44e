import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';

/** A way from the networks of containers to a port of this machine's loopback. */
export interface Relay {
  readonly port: number;
  close(): Promise<void>;
}

/** Opens a relay to a loopback port; only who comes through a bridge of containers gets an answer. */
export async function openRelay(target: number): Promise<Relay> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // A client that breaks off is no event.
    socket.on('error', () => socket.destroy());
  };
  const server = createServer((client) => {
    keep(client);
    if (!isOnBridge(client)) {
      client.destroy();
      return;
    }
    const upstream = connect(target, '127.0.0.1');
    keep(upstream);
    client.pipe(upstream).pipe(client);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Whether a connection arrived at the address of a bridge, as Podman and Docker name theirs. */
function isOnBridge({ localAddress }: Socket): boolean {
  const bridges = Object.entries(networkInterfaces()).filter(([name]) =>
    /^(cni-|podman|docker|br-)/.test(name),
  );
  return bridges.some(([, addresses = []]) =>
    addresses.some(({ address }) => address === localAddress),
  );
}
