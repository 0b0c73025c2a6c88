// The three days of the demo: one that is clean, to learn from; a past one with attacks, to replay; and today, whose
// traffic the detector and its thresholds have never seen.
import { type SimulatedRequest, simulateTraffic } from './simulator/traffic.js';

export interface DayPlan {
  readonly hours: number;
  /** Of each attack that must be flagged. */
  readonly attackersPerKind: number;
}

/** What is learned from. */
export const CLEAN: DayPlan = { hours: 5, attackersPerKind: 0 };

const CUSTOMERS_PER_HOUR = 400;
const MS_PER_DAY = 86_400_000;
const FIRST_DAY_MS = Date.UTC(2026, 2, 2, 9);
const DAYS = ['clean', 'past', 'today'] as const;

/** A day of the run with this `seed`; every day of every run has draws of its own. */
export function dayOf(
  seed: number,
  day: (typeof DAYS)[number],
  { hours, attackersPerKind }: DayPlan,
): SimulatedRequest[] {
  const index = DAYS.indexOf(day);
  return simulateTraffic({
    seed: seed * DAYS.length + index,
    startMs: FIRST_DAY_MS + index * MS_PER_DAY,
    hours,
    customersPerHour: CUSTOMERS_PER_HOUR,
    attackersPerKind,
  });
}
