// What may happen between a client and a server: a port in front of the server's that counts connections, and that
// a test closes, makes silent, or lets drop connections just as they are used again.
import { connect, createServer, type Socket } from 'node:net';

export interface NetworkGate {
  readonly port: number;
  readonly url: string;
  /** Ever made. */
  readonly connections: number;
  /** `silent`: takes what comes and passes nothing on. `dropping`: resets connections at the next byte. */
  mode: 'open' | 'silent' | 'dropping';
  /** Of the server; later connections go there. */
  serverPort: number;
  close(): Promise<void>;
}

export async function openGate(serverPort: number): Promise<NetworkGate> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((client) => {
    connections++;
    const upstream = connect({ port: gate.serverPort, host: '127.0.0.1' });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      // A reset is one of the ways in which a connection may end.
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (bytes) => {
      if (gate.mode === 'open') upstream.write(bytes);
      if (gate.mode === 'dropping') {
        gate.mode = 'open';
        client.resetAndDestroy();
      }
    });
    upstream.on('data', (bytes) => client.write(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const gate: NetworkGate = {
    port,
    url: `http://127.0.0.1:${port}`,
    get connections() {
      return connections;
    },
    mode: 'open',
    serverPort,
    close() {
      for (const socket of sockets) socket.resetAndDestroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return gate;
}
