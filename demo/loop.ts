// The steps of the loop that need a running shop, and what of them several runs do without one.
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { TrafficPrediction } from '../src/traffic/judge.js';
import { accessLogLine } from './shop/access-log.js';
import { RunningShop } from './shop/running-shop.js';
import { emailOf } from './shop/stock.js';
import { sendThroughProxy } from './simulator/proxy.js';
import type { SimulatedRequest } from './simulator/traffic.js';

const REFUSED = 403;

export interface Enforced {
  /** Of the requests, in their order, as the guard decided. */
  readonly predictions: readonly TrafficPrediction[];
  readonly refused: number;
}

/**
 * Sends the requests to the shop behind a guard that only observes, which writes its access log.
 * @param detector path of a file that need not be there yet
 * @throws where a reply is not what the shop answers without a guard
 */
export async function observe(
  requests: readonly SimulatedRequest[],
  detector: string,
  accessLog: string,
): Promise<void> {
  const shop = await RunningShop.start({ detector, mode: 'observe', accessLog });
  try {
    const statuses = await sendThroughProxy(shop.port, requests);
    requests.forEach(({ method, path, status }, i) => {
      if (statuses[i] === status) return;
      throw new Error(`${method} ${path} was answered by ${statuses[i]}, not ${status}`);
    });
  } finally {
    await shop.stop();
  }
}

/**
 * Sends the requests to the shop behind a guard that refuses what it takes for an anomaly.
 * @throws where a request is refused that the guard did not call an anomaly, or the other way round
 */
export async function enforce(
  requests: readonly SimulatedRequest[],
  detector: string,
): Promise<Enforced> {
  const predictions: TrafficPrediction[] = [];
  const shop = await RunningShop.start({
    detector,
    mode: 'enforce',
    onDecision({ requestId, prediction, reason }) {
      if (prediction === undefined) throw new Error(`no decision: ${reason}`);
      predictions[Number(requestId)] = prediction;
    },
  });
  try {
    const statuses = await sendThroughProxy(shop.port, requests);
    let refused = 0;
    requests.forEach(({ method, path, status }, i) => {
      const isAnomaly = predictions[i] === 'anomaly';
      if (isAnomaly) refused++;
      if (statuses[i] === (isAnomaly ? REFUSED : status)) return;
      // What was refused before changes later replies: without its product, a cart stays empty.
      if (!isAnomaly && statuses[i] !== REFUSED) return;
      throw new Error(`${method} ${path}, ${predictions[i]}, was answered by ${statuses[i]}`);
    });
    return { predictions, refused };
  } finally {
    await shop.stop();
  }
}

/** The access log that the shop would have written of these requests. */
export async function writeLog(requests: readonly SimulatedRequest[], file: string): Promise<void> {
  function* lines(): Generator<string> {
    for (const { timeMs, client, user, method, path: url, status } of requests) {
      const { address } = client;
      yield accessLogLine({
        timeMs,
        address,
        user: user === undefined ? undefined : emailOf(user),
        method,
        url,
        status,
      });
    }
  }
  await pipeline(Readable.from(lines()), createWriteStream(file));
}
