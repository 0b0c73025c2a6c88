import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClientList } from '../../../src/traffic/replay/client-list.js';
import {
  compareSessions,
  type EndedSession,
  SessionList,
} from '../../../src/traffic/replay/session-list.js';

const sessions = fc.array(
  fc
    .record({
      client: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      fromMs: fc.nat(5),
      calls: fc.integer({ min: 1, max: 4 }),
      lowestScore: fc.integer({ min: -6, max: 6 }),
    })
    .map(
      (session): EndedSession => ({
        ...session,
        toMs: 9,
        route: 'GET /',
        row: new Float64Array(1),
        blocked: [session.calls, session.calls],
      }),
    ),
  { maxLength: 60 },
);

describe('the list of sessions', () => {
  it('holds those of a range that score lowest, however many come', () => {
    fc.assert(
      fc.property(sessions, fc.integer({ min: 1, max: 8 }), (all, capacity) => {
        const list = new SessionList(capacity, -3, 4);
        for (const session of all) if (list.takes(session.lowestScore)) list.add(session);
        const wanted = all.filter(({ lowestScore }) => lowestScore > -3 && lowestScore <= 4);
        const scores = (some: readonly EndedSession[]) => some.map((one) => one.lowestScore);
        expect(scores(list.sorted())).toEqual(
          scores(wanted.sort(compareSessions)).slice(0, capacity),
        );
      }),
    );
  });
});

describe('the list of clients', () => {
  it('sums up the sessions of each that any threshold flags', () => {
    fc.assert(
      fc.property(sessions, (all) => {
        const list = new ClientList(6, [0, 2]);
        const flagged = all.filter(({ lowestScore }) => list.takes(lowestScore));
        expect(flagged).toEqual(all.filter(({ lowestScore }) => lowestScore <= 2));
        for (const session of flagged) list.add(session);
        for (const { client, calls, flagged: counts } of list.sorted()) {
          const own = flagged.filter((session) => session.client === client);
          expect(calls).toBe(own.reduce((sum, session) => sum + session.calls, 0));
          const at = (threshold: number) =>
            own.filter(({ lowestScore }) => lowestScore <= threshold).length;
          expect(counts).toEqual([at(0), at(2)]);
        }
        expect(list.sorted()).toHaveLength(new Set(flagged.map(({ client }) => client)).size);
      }),
    );
  });

  it('keeps those of whom most is blocked', () => {
    const list = new ClientList(2, [0]);
    for (const [i, calls] of [3, 9, 1, 7, 5, 8].entries()) {
      list.add({
        ...{ client: `client ${i}`, fromMs: 0, toMs: 1, calls, lowestScore: -1, route: 'GET /' },
        ...{ row: new Float64Array(1), blocked: [calls] },
      });
    }
    expect(list.sorted().map(({ calls }) => calls)).toEqual([9, 8]);
  });
});
