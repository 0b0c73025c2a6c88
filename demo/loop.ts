// The steps of the loop that need a running shop, and what of them several runs do without one.
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { GuardAction } from '../src/traffic/guard/decision.js';
import { accessLogLine } from './shop/access-log.js';
import { RunningShop } from './shop/running-shop.js';
import { emailOf } from './shop/stock.js';
import { sendThroughProxy } from './simulator/proxy.js';
import type { SimulatedRequest } from './simulator/traffic.js';

const REFUSED = 403;

export interface Enforced {
  /** Of the guard about the requests, in their order. */
  readonly actions: readonly GuardAction[];
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
 * @throws where a request is refused that the guard did not decide to refuse, or the other way round
 */
export async function enforce(
  requests: readonly SimulatedRequest[],
  detector: string,
): Promise<Enforced> {
  const actions: GuardAction[] = [];
  const shop = await RunningShop.start({
    detector,
    mode: 'enforce',
    onDecision({ requestId, action, reason }) {
      if (action === 'error') throw new Error(`no decision: ${reason}`);
      actions[Number(requestId)] = action;
    },
  });
  try {
    const statuses = await sendThroughProxy(shop.port, requests);
    requests.forEach(({ method, path, status }, i) => {
      const isRefused = actions[i] === 'block';
      if (statuses[i] === (isRefused ? REFUSED : status)) return;
      // What was refused before changes later replies: without its product, a cart stays empty.
      if (!isRefused && statuses[i] !== REFUSED) return;
      throw new Error(`${method} ${path}, ${actions[i]}, was answered by ${statuses[i]}`);
    });
    return { actions, refused: actions.filter((action) => action === 'block').length };
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
