// The simulator's traffic is what its ranges say, and the same for the same seed.
import { describe, expect, it } from 'vitest';
import {
  ATTACK_KINDS,
  type ClientKind,
  isAttack,
  isNormal,
  NORMAL_KINDS,
  QUIET_KINDS,
} from '../../../demo/simulator/client-kind.js';
import {
  DISTRIBUTED_SCRAPER,
  ENUMERATION,
  FLOOD,
  NETWORK_SHARES,
  SCRAPER,
  SLOW_BOT,
  STUFFING,
} from '../../../demo/simulator/ranges.js';
import {
  type SimulatedRequest,
  simulateTraffic,
  type TrafficPlan,
} from '../../../demo/simulator/traffic.js';

const PLAN: TrafficPlan = {
  seed: 7,
  startMs: Date.UTC(2026, 2, 2),
  hours: 1,
  customersPerHour: 600,
  attackersPerKind: 60,
};
const REQUESTS = simulateTraffic(PLAN);

describe('simulated traffic', () => {
  it('is the same for the same seed, and other for another', () => {
    expect(simulateTraffic(PLAN)).toEqual(REQUESTS);
    expect(simulateTraffic({ ...PLAN, seed: 8 })).not.toEqual(REQUESTS);
  });

  it('comes in the order of its times, in whole milliseconds', () => {
    const times = REQUESTS.map(({ timeMs }) => timeMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times.every((timeMs) => Number.isInteger(timeMs) && timeMs >= PLAN.startMs)).toBe(true);
  });

  it('has all kinds of clients, each client with an address of its own', () => {
    const clients = new Map(REQUESTS.map(({ client }) => [client.id, client]));
    expect(new Set([...clients.values()].map(({ kind }) => kind))).toEqual(
      new Set([...NORMAL_KINDS, ...ATTACK_KINDS, ...QUIET_KINDS]),
    );
    expect(new Set([...clients.values()].map(({ address }) => address)).size).toBe(clients.size);
  });

  it('has no attackers where none are asked for', () => {
    const { attackersPerKind: _, ...clean } = PLAN;
    expect(simulateTraffic(clean).every(({ client }) => isNormal(client.kind))).toBe(true);
  });

  it('gives attackers addresses of the networks that customers have, by the same shares', () => {
    const shares = (wanted: (kind: ClientKind) => boolean) => {
      const addresses = REQUESTS.filter(({ client }) => wanted(client.kind)).map(
        ({ client }) => client.address,
      );
      const networks = [...new Set(addresses)].map(networkOf);
      return Object.keys(NETWORK_SHARES).map(
        (network) => networks.filter((one) => one === network).length / networks.length,
      );
    };
    const customers = shares((kind) => isNormal(kind) && kind !== 'office' && kind !== 'partner');
    const attackers = shares(isAttack);
    Object.values(NETWORK_SHARES).forEach((share, i) => {
      expect(customers[i]).toBeCloseTo(share, 0.8);
      expect(attackers[i]).toBeCloseTo(share, 0.8);
    });
  });

  it.each([
    ['scraper', SCRAPER],
    ['stuffing', STUFFING],
    ['enumeration', ENUMERATION],
    ['flood', FLOOD],
    ['slow-bot', SLOW_BOT],
    ['distributed-scraper', DISTRIBUTED_SCRAPER],
  ] as const)('draws calls and pace of every %s from its ranges', (kind, { calls, gapSeconds }) => {
    for (const times of timesByClient(kind)) {
      expect(times.length).toBeGreaterThanOrEqual(calls[0]);
      // A login that fits is followed by a look at the account.
      expect(times.length).toBeLessThanOrEqual(calls[1] + 1);
      const meanSeconds = (times[times.length - 1] - times[0]) / (times.length - 1) / 1_000;
      // Jitter takes a few calls from their mean; the first calls of some are those of a page.
      expect(meanSeconds).toBeGreaterThan(gapSeconds[0] * 0.4);
      expect(meanSeconds).toBeLessThan(gapSeconds[1] * 1.7);
    }
  });

  it('has customers of all paces', () => {
    const gaps = timesByClient('browser').map(
      (times) => (times[times.length - 1] - times[0]) / times.length / 1_000,
    );
    expect(Math.min(...gaps)).toBeLessThan(3);
    expect(Math.max(...gaps)).toBeGreaterThan(30);
  });

  it('expects what the shop answers to wrong passwords and to the orders of others', () => {
    expect(shareOf('stuffing', 401)).toBeGreaterThan(0.9);
    expect(shareOf('enumeration', 404)).toBeGreaterThan(0.9);
    expect(shareOf('browser', 200)).toBe(1);
  });
});

function timesByClient(kind: ClientKind): number[][] {
  const times = new Map<number, number[]>();
  for (const { client, timeMs } of REQUESTS) {
    if (client.kind !== kind) continue;
    times.set(client.id, [...(times.get(client.id) ?? []), timeMs]);
  }
  return [...times.values()];
}

function shareOf(kind: ClientKind, status: number): number {
  const ofKind = REQUESTS.filter(({ client }) => client.kind === kind);
  const withStatus = (request: SimulatedRequest) => request.status === status;
  return ofKind.filter(withStatus).length / ofKind.length;
}

function networkOf(address: string): keyof typeof NETWORK_SHARES | undefined {
  if (address.startsWith('2001:db8:')) return 'home-ipv6';
  if (address.startsWith('198.18.')) return 'home';
  const [, , third] = address.split('.').map(Number);
  return third < 64 ? 'carrier' : third >= 128 ? 'datacenter' : undefined;
}
