// Calls of made-up clients of several services, to learn from in memory, and clients whose behaviour lies far outside.
import { simulateTraffic } from '../../demo/simulator/traffic.js';
import type { LearningRows } from '../../src/model/learning-rows.js';
import { API_BEHAVIOUR_SCHEMA } from '../../src/model/schema.js';
import type { TrafficSettings } from '../../src/model/traffic-settings.js';
import { behaviourInto } from '../../src/traffic/features/behaviour-row.js';
import { LearningSamples } from '../../src/traffic/sampling/learning-samples.js';
import { SessionSnapshots } from '../../src/traffic/sampling/session-snapshots.js';
import { SessionTracker } from '../../src/traffic/session/session-tracker.js';
import { MersenneTwister } from '../../src/training/mersenne-twister.js';

export interface SimulatedCall {
  readonly timeMs: number;
  readonly address: string;
  readonly route: string;
  readonly user?: string;
}

export const TRAFFIC: TrafficSettings = { windowMs: 30 * 60_000, minRequests: 5 };
const MAX_SESSIONS = 10_000;
const START_MS = Date.UTC(2026, 2, 2, 9);
const MS_PER_HOUR = 3_600_000;

/** Each of some 250 to 400 sessions or more. */
export const SERVICES: Readonly<Record<string, (seed: number) => SimulatedCall[]>> = {
  /** The customers of the demo's shop. */
  shop: (seed) =>
    simulateTraffic({ seed, startMs: START_MS, hours: 2, customersPerHour: 200 }).map(
      ({ timeMs, method, path, user, client }) => ({
        timeMs,
        address: client.address,
        route: `${method} ${path.split('?')[0].replace(/\d+/g, ':id')}`,
        ...(user !== undefined && { user: `user${user}` }),
      }),
    ),
  /** People who read a few pages of a small site. */
  site: (seed) =>
    clients(seed, 300, (draw) => ({
      calls: draw(5, 40),
      gapSeconds: draw(3, 60),
      routes: draw(3, 9),
      neighbours: 1,
    })),
  /** Machines of customers, heavy-tailed: some ask a few times, some every second, some networks have many. */
  api: (seed) =>
    clients(seed, 320, (draw) => ({
      calls: draw(5, 5) + draw(1, 300),
      gapSeconds: draw(0.8, 30),
      routes: draw(1, 25),
      neighbours: draw(1, 12),
    })),
};

interface Habits {
  readonly calls: number;
  readonly gapSeconds: number;
  readonly routes: number;
  /** Clients in its network, about. */
  readonly neighbours: number;
}

/** Draws by the logarithm. */
type DrawScale = (low: number, high: number) => number;

function clients(
  seed: number,
  nClients: number,
  habitsOf: (draw: DrawScale) => Habits,
): SimulatedCall[] {
  const random = new MersenneTwister(seed);
  const uniform = () => random.nextUint32() / 2 ** 32;
  const draw: DrawScale = (low, high) => low * (high / low) ** uniform();
  let network = 0;
  let host = 0;
  return Array.from({ length: nClients }, () => {
    const { calls, gapSeconds, routes, neighbours } = habitsOf(draw);
    host++;
    if (uniform() < 1 / neighbours || host > 250) {
      network++;
      host = 1;
    }
    let timeMs = START_MS + 6 * MS_PER_HOUR * uniform();
    return Array.from({ length: Math.round(calls) }, () => {
      timeMs += Math.round(1_000 * gapSeconds * draw(0.5, 2));
      const route = `GET /r${random.nextBelow(Math.round(routes))}`;
      return { timeMs, address: addressIn(network, host), route };
    });
  })
    .flat()
    .sort((a, b) => a.timeMs - b.timeMs);
}

function addressIn(network: number, host: number): string {
  return `198.${18 + Math.floor(network / 250)}.${network % 250}.${host}`;
}

/** What `learn` samples of the calls. */
export function learningRowsOf(calls: readonly SimulatedCall[], seed: number): LearningRows {
  const { windowMs, minRequests } = TRAFFIC;
  const nFeatures = API_BEHAVIOUR_SCHEMA.features.length;
  const samples = new LearningSamples({ nFeatures, seed, minRequests });
  const snapshots = new SessionSnapshots({
    maxSessions: MAX_SESSIONS,
    minRequests,
    nValues: nFeatures,
    take: (snapshot) => samples.addSnapshot(snapshot),
  });
  const tracker = new SessionTracker({
    windowMs,
    maxSessions: MAX_SESSIONS,
    onEnd: (_client, slot) => snapshots.end(slot),
  });
  const toRow = behaviourInto(API_BEHAVIOUR_SCHEMA);
  const row = new Float64Array(nFeatures);
  for (const call of calls) {
    const session = tracker.record(callOf(call));
    toRow(session, row);
    snapshots.add(session, tracker.slot, call.timeMs, row);
    if (session.calls >= minRequests) samples.add(session, row);
  }
  snapshots.endAll();
  return samples.rows();
}

/** Behaviours of clients that no service knows, [nRows × nFeatures]: at their fifth call, then as the calls double. */
export const FAR_OUT_CLIENTS: Readonly<Record<string, () => Float64Array>> = {
  '600 calls in a minute': () => behavioursOf(600, 100, 6),
  '600 calls in a minute for one route': () => behavioursOf(600, 100, 1),
  '500 routes at 2 calls a second': () => behavioursOf(600, 500, 600),
  '500 routes within the window': () => behavioursOf(510, 3_000, 510),
  'a million calls in 16 minutes': () => behavioursOf(1_000_000, 0.96, 20),
  'a million calls over 500 routes': () => behavioursOf(1_000_000, 1.7, 520),
};

function behavioursOf(nCalls: number, gapMs: number, nRoutes: number): Float64Array {
  const tracker = new SessionTracker({ windowMs: TRAFFIC.windowMs, maxSessions: 10 });
  const toRow = behaviourInto(API_BEHAVIOUR_SCHEMA);
  const row = new Float64Array(API_BEHAVIOUR_SCHEMA.features.length);
  const values: number[] = [];
  let next = TRAFFIC.minRequests;
  for (let i = 1; i <= nCalls; i++) {
    const session = tracker.record(
      callOf({
        timeMs: START_MS + Math.round(i * gapMs),
        address: '192.0.2.7',
        route: `GET /p${i % nRoutes}`,
      }),
    );
    if (i < next && i < nCalls) continue;
    next *= 2;
    toRow(session, row);
    values.push(...row);
  }
  return Float64Array.from(values);
}

function callOf({ timeMs, address, route, user = '' }: SimulatedCall) {
  const group = address.includes(':')
    ? address
    : `${address.slice(0, address.lastIndexOf('.'))}.0/24`;
  return { timeMs, client: address, user, route, group, addressType: 'default', source: '' };
}
