// A stretch of traffic: many clients of all kinds at once, their requests interleaved in the order of their times.
import { ATTACK_WALKS } from './attackers.js';
import { ATTACK_KINDS, type ClientKind, type QuietKind } from './client-kind.js';
import { CUSTOMER_WALKS } from './customers.js';
import { Draw } from './draw.js';
import { Addresses } from './networks.js';
import { CUSTOMER_SHARES, DISTRIBUTED_SCRAPER, DISTRIBUTED_STUFFING, PARTNER } from './ranges.js';
import type { TimedRequest } from './visit.js';

export interface SimulatedClient {
  /** From 0. */
  readonly id: number;
  readonly kind: ClientKind;
  /** Its alone. */
  readonly address: string;
}

export interface SimulatedRequest extends TimedRequest {
  readonly client: SimulatedClient;
}

export interface TrafficPlan {
  /** Whole number from 0 to 2³² − 1. */
  readonly seed: number;
  /** Milliseconds since 1970. */
  readonly startMs: number;
  /** Within which clients arrive; the last ones take longer. */
  readonly hours: number;
  readonly customersPerHour: number;
  /** Of each of the attacks that must be flagged; the quiet ones have numbers of their own. @default none at all */
  readonly attackersPerKind?: number;
}

/** Of each quiet kind. */
const QUIET_ATTACKERS: Readonly<Record<QuietKind, number>> = {
  'headless-scraper': 12,
  'slow-bot': 12,
  'human-paced-scraper': 12,
  'distributed-scraper': DISTRIBUTED_SCRAPER.addresses,
  'distributed-stuffing': DISTRIBUTED_STUFFING.addresses,
};

const MS_PER_HOUR = 3_600_000;

/** The same plan gives the same requests. */
export function simulateTraffic(plan: TrafficPlan): SimulatedRequest[] {
  const { seed, startMs, hours, customersPerHour, attackersPerKind = 0 } = plan;
  const draw = new Draw(seed);
  const addresses = new Addresses(new Draw(draw.seed()));
  const durationMs = hours * MS_PER_HOUR;
  const endMs = startMs + durationMs;
  const requests: SimulatedRequest[] = [];
  let id = 0;

  function add(kind: ClientKind, address = addresses.next(), arrivalMs = anyTime()): void {
    const client = { id: id++, kind, address };
    const walk = { ...CUSTOMER_WALKS, ...ATTACK_WALKS }[kind];
    for (const request of walk(new Draw(draw.seed()), arrivalMs, endMs)) {
      // In whole milliseconds, as the access log has them.
      requests.push({ ...request, timeMs: Math.round(request.timeMs), client });
    }
  }
  function anyTime(): number {
    return startMs + draw.uniform() * durationMs;
  }

  for (let i = 0; i < PARTNER.machines; i++) add('partner', addresses.next('datacenter'), startMs);
  for (let i = 0; i < hours * customersPerHour; i++) {
    const kind = draw.weighted(CUSTOMER_SHARES);
    add(kind, addresses.next(kind === 'office' ? 'office' : undefined));
  }
  if (attackersPerKind > 0) {
    for (const kind of ATTACK_KINDS) for (let i = 0; i < attackersPerKind; i++) add(kind);
    for (const [kind, count] of Object.entries(QUIET_ATTACKERS) as [QuietKind, number][]) {
      for (let i = 0; i < count; i++) add(kind);
    }
  }
  return requests.sort((a, b) => a.timeMs - b.timeMs || a.client.id - b.client.id);
}
