// Requests that mean harm, over real sockets: what the guard holds stays bounded, all is counted, and nobody is blamed for
// what others sent.
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeGuard } from '../../../src/traffic/adapters/node.js';
import type { Decision } from '../../../src/traffic/guard/decision.js';
import { SessionTracker } from '../../../src/traffic/session/session-tracker.js';
import { sampleForest } from '../../support/sample-detectors.js';

const MAX_SESSIONS = 500;
const PER_CONNECTION = 500;

const store = new SessionTracker({ maxSessions: MAX_SESSIONS });
const decisions: Decision[] = [];
const guard = nodeGuard({
  detector: sampleForest(),
  store,
  trustProxy: 'loopback',
  onDecision: (decision) => decisions.push(decision),
});
const server = createServer((request, response) =>
  guard(request, response, () => response.end('ok')),
);

beforeAll(
  () => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', () => resolve())),
);
afterAll(async () => {
  server.close();
  await guard.close();
});

/** Statuses of what is sent at once over one connection, which the last request closes. */
function send(requests: readonly { path?: string; headers?: string }[]): Promise<string[]> {
  const { port } = server.address() as AddressInfo;
  const texts = requests.map(({ path = '/', headers = '' }, i) => {
    const last = i === requests.length - 1 ? 'Connection: close\r\n' : '';
    return `GET ${path} HTTP/1.1\r\nHost: shop\r\n${headers}${last}\r\n`;
  });
  return new Promise((resolve, reject) => {
    let reply = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(texts.join('')));
    socket.setEncoding('latin1').on('data', (text: string) => {
      reply += text;
    });
    socket.on('error', reject);
    socket.on('close', () =>
      resolve([...reply.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)),
    );
  });
}

const forwarded = (addresses: string) => ({ headers: `X-Forwarded-For: ${addresses}\r\n` });
const routesSeen = () => new Set(decisions.map(({ route }) => route));

describe('a guard under hostile requests', () => {
  it('holds no more sessions than it may of thousands of clients, and counts each', async () => {
    decisions.length = 0;
    const nConnections = 20;
    for (let c = 0; c < nConnections; c++) {
      const addresses = Array.from({ length: PER_CONNECTION }, (_, i) =>
        forwarded(`198.${c}.${i >> 8}.${i & 255}`),
      );
      const statuses = await send(addresses);
      expect(statuses).toEqual(addresses.map(() => '200'));
    }
    const nClients = nConnections * PER_CONNECTION;
    expect(decisions).toHaveLength(nClients);
    expect(new Set(decisions.map(({ client }) => client)).size).toBe(nClients);
    expect(decisions.every(({ prediction }) => prediction === 'unknown')).toBe(true);
    expect(store.counts).toMatchObject({
      sessions: MAX_SESSIONS,
      evictedSessions: nClients - MAX_SESSIONS,
    });
    expect(guard.metrics().text).toContain(
      `anomaly_predictor_guard_evicted_total{kind="session"} ${nClients - MAX_SESSIONS}`,
    );
  });

  it('goes by the address that the trusted proxy saw, whatever else a client writes before it', async () => {
    decisions.length = 0;
    const lies = ['203.0.113.1', 'unknown', '127.0.0.1', "'; DROP TABLE", '1.2.3.4, 5.6.7.8', '::'];
    await send(lies.map((lie) => forwarded(`${lie}, 192.0.2.66`)));
    expect(decisions.map(({ client }) => client)).toEqual(lies.map(() => '192.0.2.66'));
    expect(decisions.at(-1)?.behaviour?.sequence_length).toBe(lies.length);
  });

  it('keeps keys short, and ids, queries and long paths out of the routes', async () => {
    decisions.length = 0;
    const long = 'x'.repeat(6_000);
    const requests = Array.from({ length: PER_CONNECTION }, (_, i) => ({
      path: [`/items/${i}`, `/items/7?${long}${i}`, `/${long}${i}`, `/${'a/'.repeat(2_000)}${i}`][
        i % 4
      ],
      ...forwarded('192.0.2.77'),
    }));
    expect(await send(requests)).toEqual(requests.map(() => '200'));
    expect(decisions).toHaveLength(PER_CONNECTION);
    expect(routesSeen().size).toBeLessThan(10);
    for (const { route } of decisions) expect(route.length).toBeLessThan(300);
  });

  it('leaves what is too much for the server to it, and goes on', async () => {
    decisions.length = 0;
    const bomb = Array.from({ length: 3_000 }, (_, i) => `X-${i}: ${i}\r\n`).join('');
    expect(await send([{ headers: bomb }])).toEqual(['431']);
    expect(decisions).toHaveLength(0);
    expect(await send([forwarded('192.0.2.88')])).toEqual(['200']);
    expect(decisions).toHaveLength(1);
  });
});
