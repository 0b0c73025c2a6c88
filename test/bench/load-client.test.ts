// The load generator against real servers on this machine.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { LoadClient, postRequest } from '../../bench/load-client.js';

const REQUEST = postRequest('/', {}, Buffer.from('{}'));
const N_CONNECTIONS = 3;

let server: Server;

afterEach(() => {
  server.close();
});

/** Counts connections; ends each after its reply where it keeps none. */
async function listen(keepsConnections: boolean) {
  const counts = { connections: 0, requests: 0 };
  server = createServer((request, response) => {
    counts.requests++;
    if (!keepsConnections) response.setHeader('Connection', 'close');
    response.setHeader('Content-Length', 2);
    request.resume().on('end', () => response.end('ok'));
  });
  server.on('connection', () => counts.connections++);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { counts, port: (server.address() as AddressInfo).port };
}

describe('the load client', () => {
  it('sends all requests over the connections that it opened', async () => {
    const { counts, port } = await listen(true);
    const client = await LoadClient.connect(port, N_CONNECTIONS);
    const { latenciesMs } = await client.run([REQUEST], 50);
    client.close();
    expect(counts).toEqual({ connections: N_CONNECTIONS, requests: latenciesMs.length });
    expect(latenciesMs.length).toBeGreaterThan(N_CONNECTIONS);
  });

  it('connects for every request where the server keeps no connection', async () => {
    const { counts, port } = await listen(false);
    const client = await LoadClient.connect(port, N_CONNECTIONS, false);
    const first = await client.run([REQUEST], 50);
    const second = await client.run([REQUEST], 50);
    client.close();
    const nReplies = first.latenciesMs.length + second.latenciesMs.length;
    expect(counts).toEqual({ connections: nReplies, requests: nReplies });
  });

  it('stops where a server does not keep the connection that it should', async () => {
    const { port } = await listen(false);
    const client = await LoadClient.connect(port, N_CONNECTIONS);
    await expect(client.run([REQUEST], 1_000)).rejects.toThrow('the server closed a connection');
    client.close();
  });
});
