// The tier of live traffic: sessions, the guard by itself, and the guard in the frameworks that it is made for.
import type { Catalog } from '../src/model/detector-store.js';
import type { Plan } from './plan.js';
import { benchGuard, type GuardReport } from './traffic-guard.js';
import { benchGuarded, type GuardedReport } from './traffic-http.js';
import { benchTracker, type TrackerReport } from './traffic-tracker.js';

export interface TrafficReport {
  readonly tracker: TrackerReport;
  readonly guard: GuardReport;
  readonly guarded: GuardedReport;
}

export async function benchTraffic(catalog: Catalog, plan: Plan): Promise<TrafficReport> {
  const guard = await benchGuard(catalog, plan);
  const guarded = await benchGuarded(catalog, plan);
  // Last, as its millions of sessions leave a heap behind.
  return { tracker: await benchTracker(plan), guard, guarded };
}
