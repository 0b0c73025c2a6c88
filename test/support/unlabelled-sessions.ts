// Made-up behaviours of sessions, in the nine features of API behaviour: people, and attackers that nobody names so.
import type { LearningRows, SessionRows } from '../../src/model/learning-rows.js';
import { API_BEHAVIOUR_SCHEMA } from '../../src/model/schema.js';
import { MersenneTwister } from '../../src/training/mersenne-twister.js';

const SECONDS_PER_MINUTE = 60;
const MIN_CALLS = 5;

export interface Habits {
  /** Lowest and highest, drawn by their logarithm, once for each session. */
  readonly gapSeconds: readonly [number, number];
  readonly calls: readonly [number, number];
  /** Distinct routes of a session, as far as its calls go. */
  readonly routes: readonly [number, number];
}

export const PEOPLE: Habits = { gapSeconds: [2, 60], calls: [6, 60], routes: [4, 12] };

export const ATTACKS = {
  'extreme rates': { gapSeconds: [0.005, 0.05], calls: [30, 60], routes: [4, 12] },
  'many calls with short gaps': { gapSeconds: [0.2, 0.8], calls: [200, 600], routes: [4, 12] },
  'one route hammered': { gapSeconds: [0.3, 1.2], calls: [40, 120], routes: [1, 1] },
} as const satisfies Readonly<Record<string, Habits>>;

/** A behaviour at every call that is judged. */
export function sessionsOf(habits: Habits, nSessions: number, seed: number): SessionRows {
  const random = new MersenneTwister(seed);
  const draw = ([low, high]: readonly [number, number]) =>
    low * (high / low) ** (random.nextUint32() / 2 ** 32);
  const values: number[] = [];
  const ends = Array.from({ length: nSessions }, () => {
    const gap = draw(habits.gapSeconds);
    const nCalls = Math.round(draw(habits.calls));
    const nRoutes = Math.round(draw(habits.routes));
    for (let calls = MIN_CALLS; calls <= nCalls; calls++) {
      const seconds = gap * draw([0.8, 1.25]);
      const routes = Math.min(nRoutes, calls);
      const duration = (seconds * (calls - 1)) / SECONDS_PER_MINUTE;
      values.push(seconds, routes / calls, calls, duration, 1, 1, routes, 1, 0);
    }
    return values.length / API_BEHAVIOUR_SCHEMA.features.length;
  });
  return { values: Float64Array.from(values), ends: Int32Array.from(ends) };
}

/** Of people alone. */
export function learningRows(nCalibrating: number, seed: number): LearningRows {
  const calibrating = sessionsOf(PEOPLE, nCalibrating, seed + 2);
  return {
    training: sessionsOf(PEOPLE, 150, seed).values.slice(0, 9 * 800),
    choosing: sessionsOf(PEOPLE, 80, seed + 1),
    calibrating,
    snapshots: { values: calibrating.values, nSessions: calibrating.ends.length },
  };
}
