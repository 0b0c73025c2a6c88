import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainKernels } from '../../../native-free-kernels/plain-kernels.js';
import { createJudge } from '../../../src/traffic/judge.js';
import type { LoggedCall } from '../../../src/traffic/logs/logged-call.js';
import { Replay, type ReplayOptions } from '../../../src/traffic/replay/replay.js';
import type { ReplayResult } from '../../../src/traffic/replay/replay-result.js';
import type { Counts } from '../../../src/traffic/replay/tally.js';
import { SessionTracker } from '../../../src/traffic/session/session-tracker.js';
import {
  detectorOfShoppers,
  madeTraffic,
  replayedTraffic,
} from '../../support/replayed-traffic.js';
import { forestOver } from '../../support/sample-detectors.js';
import { thrownBy } from '../../support/thrown-by.js';

const START_MS = Date.UTC(2026, 0, 5, 9);
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const SETTINGS = { windowMs: 30 * MINUTE_MS, minRequests: 3, maxSessions: 100 };

function call(changes: Partial<LoggedCall> = {}): LoggedCall {
  const client = changes.client ?? 'ann';
  return {
    timeMs: START_MS,
    client,
    user: client,
    route: 'GET /products/:id',
    group: '203.0.113.0/24',
    addressType: 'default',
    source: '',
    status: 200,
    durationMs: 0,
    ...changes,
  };
}

/** Clients that pause, some for longer than a window, and call one route or another. */
const traffic = fc
  .array(
    fc.record({
      gapMs: fc.oneof(
        fc.integer({ min: 0, max: 2_000 }),
        fc.integer({ min: -60_000, max: 45 * MINUTE_MS }),
      ),
      client: fc.constantFrom('ann', 'bob', 'eve', 'mallory'),
      route: fc.constantFrom('GET /', 'GET /products/:id', 'POST /login'),
      group: fc.constantFrom('203.0.113.0/24', '198.51.100.0/24'),
    }),
    { minLength: 1, maxLength: 80 },
  )
  .map((steps) => {
    let timeMs = START_MS;
    return steps.map(({ gapMs, ...changes }) => {
      timeMs += gapMs;
      return call({ timeMs, ...changes });
    });
  });

const thresholds = fc.array(
  fc.integer({ min: -600, max: 600 }).map((n) => n / 1_000),
  {
    maxLength: 3,
  },
);

/** Also fewer than there are clients, so that sessions end for lack of room. */
const mostSessions = fc.constantFrom(2, 3, 100);

function replay(calls: readonly LoggedCall[], options: Partial<ReplayOptions> = {}): ReplayResult {
  const replayed = new Replay(detectorOfShoppers(), plainKernels, {
    ...SETTINGS,
    thresholds: [],
    ...options,
  });
  replayed.addAll(calls);
  return replayed.result();
}

interface LiveCall extends LoggedCall {
  /** Which of its client's sessions. */
  readonly session: string;
  readonly prediction: string;
  readonly score: number;
}

/** What a middleware with this threshold finds of the same calls. */
function live(
  calls: readonly LoggedCall[],
  threshold: number,
  maxSessions = SETTINGS.maxSessions,
): LiveCall[] {
  const tracker = new SessionTracker({ ...SETTINGS, maxSessions });
  const judge = createJudge(detectorOfShoppers(), plainKernels, SETTINGS);
  const begun = new Map<string, number>();
  return calls.map((one) => {
    const session = tracker.record(one);
    const { prediction, score } = judge(session, threshold);
    tracker.answered(one);
    const number = (begun.get(one.client) ?? 0) + Number(session.totalCalls === 1);
    begun.set(one.client, number);
    return { ...one, session: `${one.client} ${number}`, prediction, score };
  });
}

function bySession(calls: readonly LiveCall[]): LiveCall[][] {
  const sessions = new Map<string, LiveCall[]>();
  for (const one of calls) {
    sessions.set(one.session, [...(sessions.get(one.session) ?? []), one]);
  }
  return [...sessions.values()];
}

function countWith(calls: readonly LiveCall[], prediction: string): number {
  return calls.filter((one) => one.prediction === prediction).length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

describe('a replay', () => {
  it('counts at every threshold what the middleware would have blocked there', () => {
    fc.assert(
      fc.property(traffic, thresholds, mostSessions, (calls, asked, maxSessions) => {
        const options = { thresholds: asked, maxSessions };
        const { total, routes, hours, hourMs, ...result } = replay(calls, options);
        expect(result.thresholds).toEqual(expect.arrayContaining([0, ...asked]));
        for (const [i, threshold] of result.thresholds.entries()) {
          const lived = live(calls, threshold, maxSessions);
          const first = bySession(lived).flatMap(
            (session) => session.find(({ prediction }) => prediction === 'anomaly') ?? [],
          );
          const check = (counts: ReplayResult['total'], isIn: (one: LoggedCall) => boolean) => {
            const within = lived.filter(isIn);
            expect(counts.calls).toBe(within.length);
            expect(counts.unknown).toBe(countWith(within, 'unknown'));
            expect(counts.blocked[i]).toBe(countWith(within, 'anomaly'));
            expect(counts.flagged[i]).toBe(first.filter(isIn).length);
          };
          check(total, () => true);
          for (const one of routes) check(one, ({ route }) => route === one.route);
          for (const one of hours) {
            const fromMs = Date.parse(one.from);
            check(one, ({ timeMs }) => timeMs >= fromMs && timeMs < fromMs + hourMs);
          }
        }
        expect(sum(routes.map((one) => one.calls))).toBe(calls.length);
        expect(sum(hours.map((one) => one.calls))).toBe(calls.length);
      }),
      { numRuns: 60 },
    );
  });

  it('lists every session at the score at which it flips, and counts which ones do', () => {
    fc.assert(
      fc.property(traffic, thresholds, mostSessions, (calls, asked, maxSessions) => {
        const result = replay(calls, { thresholds: asked, maxSessions });
        const sessions = bySession(live(calls, 0, maxSessions));
        const expected = sessions.flatMap((session) => {
          const judged = session.filter(({ prediction }) => prediction !== 'unknown');
          if (judged.length === 0) return [];
          const scores = judged.map(({ score }) => score);
          const times = session.map(({ timeMs }) => timeMs);
          const lowestScore = Math.min(...scores);
          return {
            client: session[0].client,
            from: new Date(Math.min(...times)).toISOString(),
            to: new Date(Math.max(...times)).toISOString(),
            calls: session.length,
            lowestScore,
            route: judged[scores.indexOf(lowestScore)].route,
            blocked: result.asked.map((t) => scores.filter((score) => score <= t).length),
          };
        });
        for (const { client, blocked, flagged, calls } of result.clients) {
          const own = expected.filter((session) => session.client === client);
          const shown = own.filter(({ lowestScore }) => lowestScore <= Math.max(...result.asked));
          expect(calls).toBe(sum(shown.map((session) => session.calls)));
          for (const [i, threshold] of result.asked.entries()) {
            expect(blocked[i]).toBe(sum(own.map((session) => session.blocked[i])));
            const isFlagged = own.filter(({ lowestScore }) => lowestScore <= threshold);
            expect(flagged[i]).toBe(isFlagged.length);
          }
        }
        expect(sum(result.clients.map(({ blocked }) => blocked[0]))).toBe(
          result.total.blocked[result.thresholds.indexOf(0)],
        );
        expect(result.sessions).toBe(sessions.length);
        expect(result.judgedSessions).toBe(expected.length);
        const listed = result.listed.map(({ because, ...session }) => session);
        expect(listed).toHaveLength(expected.length);
        expect(listed).toEqual(expect.arrayContaining(expected));
        const lowest = listed.map(({ lowestScore }) => lowestScore);
        expect(lowest).toEqual(lowest.toSorted((a, b) => a - b));
        for (const { threshold, newlyFlagged, noLongerFlagged, listed } of result.flips) {
          const flagged = (t: number) => lowest.filter((score) => score <= t).length;
          expect(newlyFlagged - noLongerFlagged).toBe(flagged(threshold) - flagged(0));
          expect(listed).toHaveLength(newlyFlagged + noLongerFlagged);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('lets pass what an exception allows, as long as it holds, and nothing else', () => {
    const calls = madeTraffic();
    const scraped = calls.filter(({ client }) => client === 'scraper');
    const route = 'GET /products/:id';
    const exceptionUntil = (until: number) => ({
      client: 'scraper',
      route,
      reason: 'our own crawler',
      from: new Date(START_MS).toISOString(),
      until: new Date(until).toISOString(),
      label: 'normal' as const,
    });
    const without = replayedTraffic([], calls);
    const own = (counts: Counts) => counts.blocked[without.thresholds.indexOf(0)];
    const scraper = without.listed.find(({ client }) => client === 'scraper');
    expect(scraper?.blocked).toEqual([296]);
    const after = START_MS + 24 * HOUR_MS;
    const whole = replayedTraffic([], calls, { exceptions: [exceptionUntil(after)] });
    expect(whole.total.excepted).toBe(296);
    expect(whole.total.blocked[whole.thresholds.indexOf(0)]).toBe(own(without.total) - 296);
    expect(whole.listed).toEqual(without.listed.filter((session) => session !== scraper));
    const ended = exceptionUntil(scraped[99].timeMs + 1);
    const half = replayedTraffic([], calls, { exceptions: [ended] });
    const { timeMs } = scraped[99];
    const allowed = scraped.slice(4).filter((one) => one.timeMs <= timeMs);
    expect(half.total.excepted).toBe(allowed.length);
    expect(half.listed.find(({ client }) => client === 'scraper')?.blocked).toEqual([
      296 - allowed.length,
    ]);
  });

  it('tells what lowered a score most, strongest first', () => {
    const calls = Array.from({ length: 300 }, (_, i) =>
      call({ timeMs: START_MS + 20_000 * i, route: `GET /pages/${i}` }),
    );
    const { listed } = replay(calls);
    const [{ because }] = listed;
    expect(because).not.toBeNull();
    const contributions = because?.map(({ contribution }) => contribution) ?? [];
    expect(contributions.length).toBeGreaterThan(0);
    expect(contributions).toEqual(contributions.toSorted((a, b) => a - b));
    expect(Math.max(...contributions)).toBeLessThan(0);
    expect(because?.[0]).toMatchObject({
      name: expect.any(String),
      value: expect.any(Number),
      low: expect.any(Number),
      high: expect.any(Number),
    });
  });

  it('counts by day where the log is of more than two weeks', () => {
    const calls = Array.from({ length: 20 * 24 }, (_, i) =>
      call({ timeMs: START_MS + i * HOUR_MS, client: `c${i}` }),
    );
    const { hours, hourMs, total } = replay(calls);
    expect(hourMs).toBe(24 * HOUR_MS);
    expect(hours).toHaveLength(21);
    expect(hours[0].from).toBe('2026-01-05T00:00:00.000Z');
    expect(sum(hours.map(({ calls }) => calls))).toBe(total.calls);
  });

  it('keeps to so many routes, sessions and thresholds, whatever comes', () => {
    const calls = Array.from({ length: 30_000 }, (_, i) => {
      const client = `client ${i % 3_000}`;
      return call({ timeMs: START_MS + i, client, route: `GET /${i % 2_000}` });
    });
    const result = replay(calls, { maxSessions: 1_000, thresholds: [0.3] });
    expect(result.routes).toHaveLength(501);
    expect(result.routes.find(({ route }) => route === '(other routes)')?.calls).toBe(22_500);
    expect(result.listed.length).toBeLessThanOrEqual(1_000);
    expect(result.thresholds.length).toBeLessThanOrEqual(102);
    expect(result.tracker.sessions).toBe(1_000);
    // Each client comes back only after a thousand others: a new session for each call.
    expect(result.sessions).toBe(30_000);
  });

  it('says that there was nothing', () => {
    const result = replay([], { thresholds: [-0.2] });
    expect(result).toMatchObject({ from: null, to: null, sessions: 0, routes: [], listed: [] });
    expect(result.total).toEqual({
      calls: 0,
      unknown: 0,
      excepted: 0,
      blocked: [0, 0],
      flagged: [0, 0],
    });
    expect(result.thresholds).toEqual([-0.2, 0]);
  });

  it('refuses a detector of features that traffic has not, by name', () => {
    const detector = forestOver('other', [{ name: 'temperature' }]);
    const options = { ...SETTINGS, thresholds: [] };
    expect(thrownBy(() => new Replay(detector, plainKernels, options))).toMatchObject({
      tag: 'bad-option',
      message: expect.stringContaining('"temperature"'),
    });
  });
});
