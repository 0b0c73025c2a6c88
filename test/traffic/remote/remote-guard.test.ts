import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { nodeGuard } from '../../../src/traffic/adapters/node.js';
import type { Decision } from '../../../src/traffic/guard/decision.js';
import type { GuardOptions } from '../../../src/traffic/guard/guard-options.js';
import { remoteDetector } from '../../../src/traffic/remote/remote-detector.js';
import { flagsAll } from '../../support/flagging-detectors.js';
import { type NetworkGate, openGate } from '../../support/network-gate.js';
import { runServer, SCORING_TOKEN, type TestServer } from '../../support/running-server.js';
import { forestOver, sampleOneClassSvm } from '../../support/sample-detectors.js';

const LONG_MS = 20_000;
const SHORT_MS = 200;

let server: TestServer;
let gate: NetworkGate;
beforeAll(async () => {
  server = await runServer();
});
afterAll(() => server.close());

/** An engine's detector, by a way that a test can block. */
async function remote(options: { timeoutMs?: number; mostFailures?: number } = {}) {
  gate = await openGate(server.port);
  onTestFinished(() => gate.close());
  return remoteDetector({
    url: gate.url,
    model: 'ocsvm',
    token: SCORING_TOKEN,
    timeoutMs: LONG_MS,
    ...options,
  });
}

/** A guarded server; what it answers to `path`, and the decisions of its guard. */
async function guarded(options: GuardOptions<IncomingMessage>) {
  const decisions: Decision[] = [];
  let timeMs = 0;
  const guard = nodeGuard({
    minRequests: 2,
    // The engine's detector did not learn from traffic.
    validate: { trafficDetector: false },
    maxBlockedShare: 1,
    timeoutMs: LONG_MS,
    now: () => (timeMs += 1_000),
    onDecision: (decision) => decisions.push(decision),
    ...options,
  });
  const http = createServer((request, response) => {
    guard(request, response, () => response.end('ok'));
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  onTestFinished(async () => {
    http.closeAllConnections();
    http.close();
    await guard.close();
  });
  const { port } = http.address() as AddressInfo;
  const statusOf = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
  return { decisions, statusOf };
}

describe('a guard that asks an engine', () => {
  it('decides and explains as it would with the same detector here', async () => {
    const options = { mode: { 'GET /login': 'enforce' } } as const;
    const there = await guarded({ ...options, detector: await remote() });
    const here = await guarded({ ...options, detector: sampleOneClassSvm() });
    const statuses = { there: [] as number[], here: [] as number[] };
    for (const path of ['/a', '/b', '/products/1', '/login', '/c', '/login']) {
      statuses.there.push(await there.statusOf(path));
      statuses.here.push(await here.statusOf(path));
    }
    expect(statuses.there).toEqual(statuses.here);
    await expect.poll(() => there.decisions.length).toBe(6);
    const facts = ({ action, reason, route, prediction, detector, behaviour }: Decision) => ({
      action,
      reason,
      route,
      prediction,
      detector,
      behaviour,
    });
    expect(there.decisions.map(facts)).toEqual(here.decisions.map(facts));
    expect(here.decisions.map(({ action }) => action)).toContain('block');
    const [remoteLast, last] = [there.decisions.at(-1), here.decisions.at(-1)];
    expect(remoteLast?.score).toBeCloseTo(last?.score ?? Number.NaN, 12);
    const { contributions = [] } = (await remoteLast?.explain()) ?? {};
    expect([...contributions].map((one) => one.toFixed(9))).toEqual(
      [...(last?.explanation?.contributions ?? [])].map((one) => one.toFixed(9)),
    );
  });

  it('refuses by one that learned from traffic, as that learned, and only observes another one', async () => {
    const traffic = { windowMs: 60_000, minRequests: 3 };
    const learned = forestOver('learned', flagsAll.schema.features, { traffic });
    const engine = await runServer({ detectors: [learned, sampleOneClassSvm()] });
    onTestFinished(() => engine.close());
    const statusesBy = async (model: string) => {
      const detector = remoteDetector({
        url: engine.url,
        model,
        token: SCORING_TOKEN,
        timeoutMs: LONG_MS,
      });
      const { decisions, statusOf } = await guarded({
        detector,
        mode: 'enforce',
        validate: true,
        minRequests: undefined as never,
      });
      const statuses: number[] = [];
      for (let call = 0; call < 6; call++) statuses.push(await statusOf('/a'));
      return { statuses, last: decisions.at(-1) };
    };
    // The first call came before the window was known: sessions begin anew with the second.
    expect((await statusesBy('learned')).statuses).toEqual([200, 200, 200, 403, 403, 403]);
    const { statuses, last } = await statusesBy('ocsvm');
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(last).toMatchObject({ action: 'would-block', reason: 'detector not from traffic' });
  });

  it('never makes an observed request wait for it', async () => {
    const { decisions, statusOf } = await guarded({ detector: await remote() });
    gate.mode = 'silent';
    expect(await statusOf('/a')).toBe(200);
    expect(await statusOf('/b')).toBe(200);
    expect(decisions).toEqual([]);
  });

  it.each([
    ['allow', 200],
    ['deny', 503],
  ] as const)(
    'makes an enforced request wait no longer than it may: %s',
    async (onError, status) => {
      const { decisions, statusOf } = await guarded({
        detector: await remote({ timeoutMs: LONG_MS }),
        mode: 'enforce',
        timeoutMs: SHORT_MS,
        onError,
      });
      gate.mode = 'silent';
      expect(await statusOf('/a')).toBe(status);
      expect(decisions).toMatchObject([{ action: 'error', reason: 'timeout' }]);
    },
  );

  it('does not wait at all for an engine that keeps failing', async () => {
    const { decisions, statusOf } = await guarded({
      detector: await remote({ timeoutMs: SHORT_MS, mostFailures: 1 }),
      mode: 'enforce',
      onError: 'deny',
    });
    gate.mode = 'silent';
    expect(await statusOf('/a')).toBe(503);
    const { connections } = gate;
    expect(await statusOf('/b')).toBe(503);
    expect(gate.connections).toBe(connections);
    expect(decisions).toMatchObject([
      { action: 'error', reason: 'detector', error: { tag: 'timed-out' } },
      { action: 'error', reason: 'detector', error: { tag: 'circuit-open' } },
    ]);
  });
});
