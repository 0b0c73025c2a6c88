import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SessionSnapshots } from '../../../src/traffic/sampling/session-snapshots.js';
import type { Session } from '../../../src/traffic/session/session.js';
import { SessionTracker } from '../../../src/traffic/session/session-tracker.js';

const MIN_REQUESTS = 3;
const WINDOW_MS = 1_000;

/** Gaps that at times end a session, and clocks that jump. */
const traffic = fc.array(
  fc.record({
    client: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    gapMs: fc.oneof(
      { weight: 20, arbitrary: fc.integer({ min: 0, max: 120 }) },
      { weight: 1, arbitrary: fc.integer({ min: -5_000, max: 5_000 }) },
    ),
  }),
  { maxLength: 120 },
);

/** By client, time and calls, in some order. */
function keyOf(client: string, timeMs: number, calls: number): string {
  return `${client} ${timeMs} ${calls}`;
}

/** By the definition, from all that the tracker told of each session. */
function expectedOf(seen: readonly (readonly [Session, number])[]): string[] {
  const runs: [Session, number][][] = [];
  const latest = new Map<string, [Session, number][]>();
  for (const [session, timeMs] of seen) {
    let run = latest.get(session.client);
    if (run === undefined || session.totalCalls === 1) {
      run = [];
      latest.set(session.client, run);
      runs.push(run);
    }
    run.push([session, timeMs]);
  }
  return runs.flatMap((run) => {
    let next = MIN_REQUESTS;
    return run.flatMap(([session, timeMs], i) => {
      const isJudged = session.calls >= MIN_REQUESTS;
      const isDue = isJudged && session.totalCalls >= next;
      while (isDue && next <= session.totalCalls) next *= 2;
      const isLast = i === run.length - 1;
      return isDue || (isJudged && isLast)
        ? [keyOf(session.client, timeMs, session.totalCalls)]
        : [];
    });
  });
}

describe('the sessions of a log', () => {
  it('are written at their first judged call, at each doubling and at their last, once each, also where room lacks', () => {
    fc.assert(
      fc.property(traffic, fc.integer({ min: 2, max: 6 }), (calls, maxSessions) => {
        const actual: string[] = [];
        const seen: [Session, number][] = [];
        const snapshots = new SessionSnapshots({
          maxSessions,
          minRequests: MIN_REQUESTS,
          nValues: 1,
          take: ({ client, timeMs, values: [totalCalls] }) =>
            actual.push(keyOf(client, timeMs, totalCalls)),
        });
        const tracker = new SessionTracker({
          windowMs: WINDOW_MS,
          maxSessions,
          onEnd: (_client, slot) => snapshots.end(slot),
        });
        let timeMs = 1_000_000;
        for (const { client, gapMs } of calls) {
          timeMs += gapMs;
          const session = tracker.record({
            timeMs,
            client,
            user: '',
            route: 'GET /',
            group: 'g',
            addressType: 'default',
            source: '',
          });
          seen.push([session, timeMs]);
          snapshots.add(session, tracker.slot, timeMs, Float64Array.of(session.totalCalls));
        }
        snapshots.endAll();
        expect(actual.toSorted()).toEqual(expectedOf(seen).toSorted());
      }),
      { numRuns: 300 },
    );
  });

  it('that are not over at the end of the log are written in the order of their last calls', () => {
    const clients: string[] = [];
    const snapshots = new SessionSnapshots({
      maxSessions: 10,
      minRequests: 1,
      nValues: 1,
      take: ({ client, values: [totalCalls] }) => {
        if (totalCalls === 3) clients.push(client);
      },
    });
    const tracker = new SessionTracker({ windowMs: WINDOW_MS, maxSessions: 10 });
    const call = { user: '', route: 'GET /', group: 'g', addressType: 'default', source: '' };
    for (const [timeMs, client] of [...'abcabcbca'].entries()) {
      const session = tracker.record({ ...call, timeMs, client });
      snapshots.add(session, tracker.slot, timeMs, Float64Array.of(session.totalCalls));
    }
    expect(clients).toEqual([]);
    snapshots.endAll();
    expect(clients).toEqual(['b', 'c', 'a']);
  });
});
