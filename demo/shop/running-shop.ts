// The shop on a port of its own, in a time of its own: each request brings the time at which it is made, so that hours
// pass in seconds.

import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Request, RequestHandler } from 'express';
import { type ExpressGuard, expressGuard } from '../../src/traffic/adapters/express.js';
import { clientAddress } from '../../src/traffic/guard/client-keys.js';
import type { Decision } from '../../src/traffic/guard/decision.js';
import { features } from '../features.js';
import { DATACENTER_NETWORKS } from '../simulator/networks.js';
import { accessLogLine } from './access-log.js';
import { claimsOf, createShop } from './shop.js';

export interface RunningShopOptions {
  /** File of the detector; observed requests need none. */
  readonly detector: string;
  readonly mode: 'observe' | 'enforce';
  /** Written anew, a JSON object a line. @default none */
  readonly accessLog?: string;
  readonly onDecision?: (decision: Decision) => void;
}

/** What the guard has to know of the shop. */
export const guardOptions = {
  features,
  // The shop's customers come and go without a login: their addresses tell them apart from first to last.
  sessionKey: clientAddress(),
  addressTypes: { datacenter: DATACENTER_NETWORKS },
  // The replay has shown that the detector fits: no ramp-up is needed.
  maxBlockedShare: 1,
};

/** Milliseconds since 1970, in the simulator's time. */
export const TIME_HEADER = 'x-simulated-time';

export class RunningShop {
  readonly port: number;
  readonly #server: Server;
  readonly #guard: ExpressGuard;
  readonly #log: WriteStream | undefined;

  private constructor(server: Server, guard: ExpressGuard, log: WriteStream | undefined) {
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
    this.#guard = guard;
    this.#log = log;
  }

  static async start(options: RunningShopOptions): Promise<RunningShop> {
    const { detector, mode, accessLog, onDecision } = options;
    let nowMs = 0;
    const guard = expressGuard({
      ...guardOptions,
      detector,
      mode,
      now: () => nowMs,
      ...(onDecision && { onDecision }),
    });
    const log = accessLog === undefined ? undefined : createWriteStream(accessLog);
    const first: RequestHandler = (request, response, next) => {
      nowMs = Number(request.get(TIME_HEADER));
      if (log !== undefined) {
        const timeMs = nowMs;
        response.once('finish', () => log.write(lineOf(request, response.statusCode, timeMs)));
      }
      next();
    };
    const server = createShop({ guard, first }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new RunningShop(server, guard, log);
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await this.#guard.close();
    if (this.#log === undefined) return;
    this.#log.end();
    await once(this.#log, 'finish');
  }
}

function lineOf(request: Request, status: number, timeMs: number): string {
  const { ip: address = '', method, originalUrl: url } = request;
  return accessLogLine({ timeMs, address, user: claimsOf(request)?.sub, method, url, status });
}
