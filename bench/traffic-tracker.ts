// The tracker alone: processor time of a call among so many live sessions, and what a session takes.

import { AddressBook } from '../src/traffic/identity/address-book.js';
import { MersenneTwister } from '../src/training/mersenne-twister.js';
import { interleave } from './interleave.js';
import { callOf, clientAt, trackerWith } from './live-sessions.js';
import type { Plan } from './plan.js';
import { sessionMemory } from './session-memory.js';
import { sink } from './sink.js';
import { type Spread, spreadOf } from './statistics.js';

interface TrackerFigure {
  readonly liveSessions: number;
  readonly nsPerCall: Spread;
}

export interface TrackerReport {
  readonly figures: readonly TrackerFigure[];
  /** Of sessions that are as large as one gets, with their part of the groups. */
  readonly memory: {
    readonly liveSessions: number;
    readonly heldBytesPerSession: number;
    readonly residentBytesPerSession: number;
  };
}

/** Made before the clock runs. */
const CALLS_PER_ROUND = 100_000;
const ROUTES = 60;

export async function benchTracker(plan: Plan): Promise<TrackerReport> {
  const contenders = plan.trackerSessions.map((nSessions) => callRounds(nSessions));
  const rounds = await interleave(contenders, plan.engineRounds);
  const { nSessions, heldBytes, residentBytes } = await sessionMemory(
    plan.trackerSessions.at(-1) as number,
  );
  return {
    figures: plan.trackerSessions.map((liveSessions, i) => ({
      liveSessions,
      nsPerCall: spreadOf(rounds[i]),
    })),
    memory: {
      liveSessions: nSessions,
      heldBytesPerSession: heldBytes / nSessions,
      residentBytesPerSession: residentBytes / nSessions,
    },
  };
}

/** Each run times calls of clients that are drawn among `nSessions`. */
function callRounds(nSessions: number): () => number {
  const tracker = trackerWith(nSessions);
  const random = new MersenneTwister(6);
  const book = new AddressBook();
  return () => {
    const nowMs = Date.now();
    const calls = Array.from({ length: CALLS_PER_ROUND }, (_, i) => {
      const client = clientAt(random.nextBelow(nSessions));
      const route = `GET /${random.nextBelow(ROUTES)}`;
      return callOf(client, nowMs + i / 1_000, route, book);
    });
    const before = process.cpuUsage();
    for (const call of calls) sink(tracker.record(call).routes);
    const { user, system } = process.cpuUsage(before);
    return ((user + system) * 1_000) / CALLS_PER_ROUND;
  };
}
