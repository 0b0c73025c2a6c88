// Made-up traffic for replays: shoppers who take their time, one who scrapes, and one whose names are an attack on whoever
// shows them.
import { plainKernels } from '../../native-free-kernels/plain-kernels.js';
import type { Detector } from '../../src/model/detector.js';
import type { LoggedCall } from '../../src/traffic/logs/logged-call.js';
import { Replay, type ReplayOptions } from '../../src/traffic/replay/replay.js';
import type { ReplayResult } from '../../src/traffic/replay/replay-result.js';
import { MersenneTwister } from '../../src/training/mersenne-twister.js';
import { SAMPLE_SCALER, sampleOneClassSvm } from './sample-detectors.js';

export const HOSTILE_CLIENT = '</script><img src=x onerror=alert(1)>';
export const HOSTILE_ROUTE = 'GET /"><svg/onload=alert(2)>';

const START_MS = Date.UTC(2026, 0, 5, 9);
const SECOND_MS = 1_000;
const ROUTES = ['GET /', 'GET /products', 'GET /products/:id', 'POST /cart', 'POST /login'];

/** One whose scores of made-up traffic lie on both sides of its threshold. */
export function detectorOfShoppers(): Detector {
  const mean = Float64Array.of(20, 0.3, 12, 4, 15, 15, 5, 1, 0);
  const scale = Float64Array.of(15, 0.25, 10, 4, 8, 8, 2, 0.5, 0.5);
  return sampleOneClassSvm({ transforms: [{ ...SAMPLE_SCALER, mean, scale }] });
}

/** In the order of time. */
export function madeTraffic(): LoggedCall[] {
  const random = new MersenneTwister(7);
  const calls: LoggedCall[] = [];
  const session = (client: string, nCalls: number, gapMs: number, routes: readonly string[]) => {
    let timeMs = START_MS + random.nextBelow(5 * 3_600) * SECOND_MS;
    for (let i = 0; i < nCalls; i++) {
      const route = routes[random.nextBelow(routes.length)];
      const group = `203.0.113.${random.nextBelow(4)}`;
      calls.push({
        timeMs,
        client,
        user: client,
        route,
        group,
        addressType: 'default',
        source: '',
        status: 200,
        durationMs: 0,
      });
      timeMs += random.nextBelow(2 * gapMs);
    }
  };
  for (let i = 0; i < 60; i++) {
    session(`shopper ${i}`, 3 + random.nextBelow(30), (1 + (i % 7)) * 5 * SECOND_MS, ROUTES);
  }
  session('scraper', 300, 50, ['GET /products/:id']);
  session(HOSTILE_CLIENT, 80, 200, [HOSTILE_ROUTE, 'GET /products/:id']);
  return calls.sort((a, b) => a.timeMs - b.timeMs);
}

export function replayedTraffic(
  thresholds: readonly number[],
  calls: readonly LoggedCall[] = madeTraffic(),
  options: Partial<ReplayOptions> = {},
): ReplayResult {
  const settings = { windowMs: 1_800 * SECOND_MS, minRequests: 5 };
  const replay = new Replay(detectorOfShoppers(), plainKernels, {
    ...settings,
    thresholds,
    ...options,
  });
  replay.addAll(calls);
  return replay.result();
}
