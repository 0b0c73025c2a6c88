import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AddressBook } from '../../../src/traffic/identity/address-book.js';
import { followLog } from '../../../src/traffic/logs/follow-log.js';
import { readLogs } from '../../../src/traffic/logs/read-logs.js';
import { RouteTemplates } from '../../../src/traffic/routes/route-templates.js';
import type { Session } from '../../../src/traffic/session/session.js';
import { SessionTracker } from '../../../src/traffic/session/session-tracker.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { combinedLine, jsonLine, type WrittenCall } from '../../support/write-log.js';

const folder = temporaryFolder();
const START_MS = Date.UTC(2024, 1, 28, 23, 50);

/** Gaps within half a window to either side: no clock jumps, but lines are out of order and sessions end. */
function streams(tickMs: number) {
  const call = fc.record({
    gap: fc.integer({ min: -200_000, max: 800_000 }).map((ms) => Math.round(ms / tickMs) * tickMs),
    address: fc.constantFrom(
      '203.0.113.7',
      '203.0.113.8',
      '10.0.0.1',
      '2001:db8::1',
      '2001:db8::2',
    ),
    user: fc.constantFrom('', 'ada', 'a "quoted" \\ name'),
    method: fc.constantFrom('GET', 'POST', 'PURGE-ALL'),
    path: fc.constantFrom('/', '/a', '/a?b=1', '/orders/17', '/orders/18?x', '/say "hi"\\', '*'),
    status: fc.constantFrom(200, 304, 404, 499, 503),
    durationMs: fc.constantFrom(0, 1, 250, 12_000),
  });
  return fc.array(call, { maxLength: 60, minLength: 1 }).map((calls) => {
    let timeMs = START_MS;
    return calls.map(({ gap, ...rest }): WrittenCall => {
      timeMs += gap;
      return { ...rest, timeMs };
    });
  });
}

/** As a middleware records them. */
function liveSessions(calls: readonly WrittenCall[]): Session[] {
  const addresses = new AddressBook();
  const routes = new RouteTemplates();
  const tracker = new SessionTracker({ maxSessions: 1_000 });
  return calls.map(({ timeMs, address, user, method, path, status, durationMs }) => {
    const { client, group, type } = addresses.of(address);
    const route = routes.of(method, path);
    const session = tracker.record({
      timeMs,
      client,
      user,
      route,
      group,
      addressType: type,
      source: 'F',
    });
    tracker.answered({ timeMs, client, status, durationMs });
    return session;
  });
}

async function loggedSessions(log: string | Uint8Array): Promise<Session[]> {
  const path = folder.write('access.log', log);
  const sessions: Session[] = [];
  const reading = readLogs([path], { source: 'F' });
  await followLog(reading, new SessionTracker({ maxSessions: 1_000 }), (session) => {
    sessions.push(session);
  });
  expect(reading.counts.timeJumps).toBe(0);
  return sessions;
}

describe('traffic has the same sessions at every call', () => {
  it('whether it is live or read from JSON lines, packed or not', async () => {
    await fc.assert(
      fc.asyncProperty(streams(1), async (calls) => {
        const live = liveSessions(calls);
        const log = calls.map(jsonLine).join('');
        expect(await loggedSessions(log)).toEqual(live);
        expect(await loggedSessions(gzipSync(log))).toEqual(live);
      }),
    );
  });

  it('also from combined lines, if it comes on whole seconds', async () => {
    await fc.assert(
      fc.asyncProperty(streams(1_000), async (calls) => {
        expect(await loggedSessions(calls.map(combinedLine).join(''))).toEqual(liveSessions(calls));
      }),
    );
  });

  it('and loses no more than a second of its gaps where a log has whole seconds only', async () => {
    const calls = Array.from({ length: 20 }, (_, i) => ({
      timeMs: START_MS + i * 1_370,
      address: '203.0.113.7',
      user: '',
      method: 'GET',
      path: '/',
      status: 200,
      durationMs: 0,
    }));
    const [live] = liveSessions(calls).slice(-1);
    const [logged] = (await loggedSessions(calls.map(combinedLine).join(''))).slice(-1);
    expect(logged).toMatchObject({ calls: live.calls, routes: live.routes, group: live.group });
    const lengthMs = ({ firstMs, lastMs }: Session) => lastMs - firstMs;
    expect(Math.abs(lengthMs(logged) - lengthMs(live))).toBeLessThan(1_000);
  });
});
