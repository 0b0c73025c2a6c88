import { describe, expect, it } from 'vitest';
import { SessionTracker } from '../../../src/traffic/session/session-tracker.js';

const N_KEYS = 200_000;
const MAX_SESSIONS = 1_000;
const MAX_GROUPS = MAX_SESSIONS / 8;
const START_MS = 1_750_000_000_000;

describe('keys without end', () => {
  it('never hold more than was allowed, are all counted, and leave a client that keeps calling alone', () => {
    const tracker = new SessionTracker({ maxSessions: MAX_SESSIONS });
    const call = (client: string, group: string) =>
      tracker.record({
        timeMs: START_MS,
        client,
        user: client,
        route: 'GET /',
        group,
        addressType: 'default',
        source: '',
      });
    let nCalls = 0;
    let nOwnCalls = 0;
    for (let i = 0; i < N_KEYS; i++) {
      nCalls += call(`client ${i}`, `group ${i}`).calls;
      if (i % 100 !== 0) continue;
      const own = call('own', 'own group');
      expect(own.calls).toBe(++nOwnCalls);
      expect(own.group).toEqual({ sessions: 1, users: 1, routes: 1 });
    }
    expect(nCalls).toBe(N_KEYS);
    expect(tracker.counts).toEqual({
      sessions: MAX_SESSIONS,
      groups: MAX_GROUPS,
      evictedSessions: N_KEYS + 1 - MAX_SESSIONS,
      evictedGroups: N_KEYS + 1 - MAX_GROUPS,
      expiredSessions: 0,
      timeJumps: 0,
    });
  });

  it('as they leave the window, make room for others without an eviction', () => {
    const windowMs = 1_000;
    const tracker = new SessionTracker({ windowMs, maxSessions: MAX_SESSIONS });
    const perWindow = MAX_SESSIONS / 4;
    for (let i = 0; i < N_KEYS; i++) {
      tracker.record({
        timeMs: START_MS + (i * windowMs) / perWindow,
        client: `client ${i}`,
        user: '',
        route: 'GET /',
        group: 'group',
        addressType: 'default',
        source: '',
      });
    }
    const { sessions, evictedSessions, expiredSessions } = tracker.counts;
    expect(sessions).toBeLessThan(MAX_SESSIONS);
    expect(evictedSessions).toBe(0);
    expect(sessions + expiredSessions).toBe(N_KEYS);
  });
});
