import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Answer, Call } from '../../../src/traffic/call.js';
import { SessionTracker } from '../../../src/traffic/session/session-tracker.js';
import { RecountedSessions } from '../../support/recounted-sessions.js';

const WINDOW_MS = 4_000;
const PANE_MS = WINDOW_MS / 4;
const START_MS = 1_750_000_000_000;

function call(change: Partial<Call> = {}): Call {
  return {
    timeMs: START_MS,
    client: 'a',
    user: '',
    route: 'GET /',
    group: '192.0.2.0/24',
    addressType: 'default',
    source: '',
    ...change,
  };
}

const oneOf = (prefix: string, n: number) =>
  fc.integer({ min: 0, max: n - 1 }).map((i) => `${prefix}${i}`);

/** A call some time after the one before it, or before it where clocks and logs are not in order. */
const step = fc.record({
  gapMs: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: PANE_MS / 4 }) },
    { weight: 2, arbitrary: fc.integer({ min: -PANE_MS, max: 2 * PANE_MS }) },
    { weight: 1, arbitrary: fc.integer({ min: -3 * WINDOW_MS, max: 3 * WINDOW_MS }) },
  ),
  client: oneOf('client-', 4),
  user: fc.oneof(fc.constant(''), oneOf('user-', 5)),
  route: oneOf('GET /', 12),
  group: oneOf('group-', 2),
  /** Of the answer, and of how long it takes in whole milliseconds, which sum up without rounding. */
  status: fc.constantFrom(200, 302, 399, 400, 404, 499, 500, 503),
  durationMs: fc.integer({ min: 0, max: 5_000 }),
  isAnswered: fc.boolean(),
});

interface Traffic {
  readonly call: Call;
  readonly answer: Answer | undefined;
}

const traffic = fc.array(step, { minLength: 1, maxLength: 150 }).map((steps): Traffic[] => {
  let timeMs = START_MS;
  return steps.map(({ gapMs, status, durationMs, isAnswered, ...rest }) => {
    timeMs += gapMs;
    const answer = { timeMs, client: rest.client, status, durationMs };
    return { call: call({ timeMs, ...rest }), answer: isAnswered ? answer : undefined };
  });
});

describe('a session', () => {
  it('has at every call the numbers that a recount of its window gives, in whatever order calls come', () => {
    fc.assert(
      fc.property(traffic, (stream) => {
        const tracker = new SessionTracker({ windowMs: WINDOW_MS, maxSessions: 10 });
        const recounted = new RecountedSessions(WINDOW_MS);
        for (const { call, answer } of stream) {
          expect(tracker.record(call)).toEqual(recounted.record(call));
          if (answer === undefined) continue;
          tracker.answered(answer);
          recounted.answered(answer);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('what other clients do', () => {
  /** The numbers of one client, which has its group for itself, among whatever others call. */
  function numbersOf(client: string, calls: readonly Call[]) {
    const tracker = new SessionTracker({ windowMs: WINDOW_MS, maxSessions: 10_000 });
    const sessions = calls.map((one) => tracker.record(one));
    return sessions.filter((session) => session.client === client);
  }

  it('changes no number of a client, also where the clocks of some of them jump', () => {
    const own = fc.array(fc.integer({ min: 0, max: WINDOW_MS }), { minLength: 2, maxLength: 20 });
    const jumpMs = fc.integer({ min: -100 * WINDOW_MS, max: 100 * WINDOW_MS });
    fc.assert(
      fc.property(own, fc.array(jumpMs, { maxLength: 20 }), (gapsMs, jumpsMs) => {
        let timeMs = START_MS;
        const calls: Call[] = [];
        for (const [i, gapMs] of gapsMs.entries()) {
          for (let other = 0; other < 300; other++) {
            const otherMs = timeMs + (gapMs * other) / 300;
            calls.push(call({ timeMs: otherMs, client: `other-${other}`, group: 'others' }));
          }
          timeMs += gapMs;
          const jumped = { timeMs: timeMs + (jumpsMs[i] ?? 0), client: `jumping-${i}` };
          calls.push(call({ ...jumped, group: 'others' }));
          calls.push(call({ timeMs, client: 'own', route: `GET /${i % 7}` }));
        }
        const alone = calls.filter(({ client }) => client === 'own');
        expect(numbersOf('own', calls)).toEqual(numbersOf('own', alone));
      }),
      { numRuns: 50 },
    );
  });
});

describe('a session that is over', () => {
  it('is forgotten and counted once the calls of others show that time has passed', () => {
    const tracker = new SessionTracker({ windowMs: WINDOW_MS, maxSessions: 1_000 });
    for (let i = 0; i < 100; i++) tracker.record(call({ client: `early-${i}` }));
    expect(tracker.counts.sessions).toBe(100);
    const timeMs = START_MS + WINDOW_MS;
    for (let i = 0; i < 600; i++) tracker.record(call({ client: 'late', timeMs }));
    expect(tracker.counts).toMatchObject({ sessions: 1, expiredSessions: 100, evictedSessions: 0 });
  });

  it('is not taken for over where calls are few, and their last hundreds go back for days', () => {
    const tracker = new SessionTracker({ windowMs: WINDOW_MS });
    for (let visit = 0; visit < 300; visit++) {
      const timeMs = START_MS + 10 * visit * WINDOW_MS;
      for (let i = 1; i <= 5; i++) {
        expect(tracker.record(call({ timeMs: timeMs + i })).calls).toBe(i);
      }
    }
    expect(tracker.counts).toMatchObject({ sessions: 1, expiredSessions: 299 });
  });

  it('is not told from one whose clock was far ahead, and so does not keep those behind it', () => {
    const tracker = new SessionTracker({ windowMs: WINDOW_MS, maxSessions: 1_000 });
    tracker.record(call({ client: 'ahead', timeMs: START_MS + 1_000 * WINDOW_MS }));
    tracker.record(call({ client: 'early' }));
    const timeMs = START_MS + WINDOW_MS;
    for (let i = 0; i < 600; i++) tracker.record(call({ client: 'late', timeMs }));
    expect(tracker.counts).toMatchObject({ sessions: 1, expiredSessions: 2 });
  });
});

describe('a lack of room', () => {
  it('ends the session that was longest without a call, which begins anew when it returns', () => {
    const tracker = new SessionTracker({ windowMs: WINDOW_MS, maxSessions: 3 });
    for (const client of ['a', 'b', 'c', 'a', 'd']) tracker.record(call({ client }));
    expect(tracker.counts).toMatchObject({ sessions: 3, evictedSessions: 1 });
    expect(tracker.record(call({ client: 'a' }))).toMatchObject({ calls: 3, totalCalls: 3 });
    expect(tracker.record(call({ client: 'b' }))).toMatchObject({ calls: 1, totalCalls: 1 });
    expect(tracker.counts).toMatchObject({ sessions: 3, evictedSessions: 2, expiredSessions: 0 });
  });

  it('counts one that was over as expired, not as evicted', () => {
    const tracker = new SessionTracker({ windowMs: WINDOW_MS, maxSessions: 1 });
    tracker.record(call({ client: 'a' }));
    tracker.record(call({ client: 'b', timeMs: START_MS + WINDOW_MS }));
    expect(tracker.counts).toMatchObject({ sessions: 1, evictedSessions: 0, expiredSessions: 1 });
  });

  it('of groups ends the one longest without a call, and its neighbours are counted anew', () => {
    const tracker = new SessionTracker({ windowMs: WINDOW_MS, maxSessions: 1_000 });
    const nGroups = 125;
    for (let i = 0; i <= nGroups; i++) {
      tracker.record(call({ client: `client-${i}`, group: `group-${i}` }));
    }
    expect(tracker.counts).toMatchObject({ groups: nGroups, evictedGroups: 1 });
    const inGroup = (group: string) => tracker.record(call({ client: 'a', group })).group.sessions;
    expect([inGroup('group-2'), inGroup('group-0')]).toEqual([2, 1]);
  });
});

describe('a clock', () => {
  it('that jumps back by a window or more begins the session anew, and is counted', () => {
    const tracker = new SessionTracker({ windowMs: WINDOW_MS, maxSessions: 10 });
    for (let i = 0; i < 5; i++) tracker.record(call());
    expect(tracker.record(call({ timeMs: START_MS - WINDOW_MS }))).toMatchObject({
      calls: 1,
      totalCalls: 1,
      startMs: START_MS - WINDOW_MS,
      lastMs: START_MS - WINDOW_MS,
      group: { sessions: 1, routes: 1 },
    });
    expect(tracker.counts).toMatchObject({ sessions: 1, timeJumps: 1, expiredSessions: 0 });
  });

  it('that jumps forward by a window or more ends the session', () => {
    const tracker = new SessionTracker({ windowMs: WINDOW_MS, maxSessions: 10 });
    for (let i = 0; i < 5; i++) tracker.record(call());
    const timeMs = START_MS + WINDOW_MS;
    expect(tracker.record(call({ timeMs }))).toMatchObject({ calls: 1, firstMs: timeMs });
    expect(tracker.counts).toMatchObject({ sessions: 1, timeJumps: 0, expiredSessions: 1 });
  });
});

describe('an answer', () => {
  it('counts in the pane of its call, and not for a session that began after that call', () => {
    const tracker = new SessionTracker({ windowMs: WINDOW_MS, maxSessions: 1 });
    const answer = { timeMs: START_MS, client: 'a', status: 500, durationMs: 2 };
    tracker.record(call());
    tracker.answered(answer);
    expect(tracker.record(call())).toMatchObject({ serverErrors: 1, durationMs: 2 });
    tracker.record(call({ client: 'b' }));
    tracker.answered(answer);
    const timeMs = START_MS + WINDOW_MS;
    tracker.record(call({ timeMs }));
    tracker.answered(answer);
    expect(tracker.record(call({ timeMs }))).toMatchObject({ serverErrors: 0, durationMs: 0 });
  });
});

describe('options that are none', () => {
  it.each([
    { maxSessions: 0 },
    { maxSessions: 1.5 },
    { maxSessions: Number.NaN },
    { windowMs: 0 },
    { windowMs: Number.POSITIVE_INFINITY },
  ])('are refused by name and value: %j', (options) => {
    const [[name, value]] = Object.entries(options);
    expect(() => new SessionTracker(options)).toThrow(RangeError);
    expect(() => new SessionTracker(options)).toThrow(new RegExp(`^${name}: .*, got ${value}$`));
  });
});
