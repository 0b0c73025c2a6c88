// What a replay tells: plain data, printed by `replay --json` as it is. Times are in UTC, as ISO 8601 has them.
import type { FeatureContribution } from '../../model/contribution-text.js';
import type { Drift } from '../../model/drift.js';
import type { SessionCounts } from '../session/session-store.js';
import type { ClientCounts } from './client-list.js';
import type { Counts } from './tally.js';

export interface ReplayResult {
  /** Of the first and the last call; null where there is none. */
  readonly from: string | null;
  readonly to: string | null;
  /** Sessions that began. */
  readonly sessions: number;
  /** Those of them with calls that were judged, and that no exception allows. */
  readonly judgedSessions: number;
  /** The detector's own threshold, 0, and then those that were asked for. */
  readonly asked: readonly number[];
  /** Ascending: those that were asked for, and others at which something changes. */
  readonly thresholds: readonly number[];
  readonly total: Counts;
  /** Most calls blocked by the last threshold asked for first. */
  readonly routes: readonly RouteCounts[];
  /** In the order of time; hours without calls are left out. */
  readonly hours: readonly HourCounts[];
  /** Length of what stands in `hours`: an hour, unless the log is of more than 336 hours. */
  readonly hourMs: number;
  /** Clients with flagged sessions, most calls blocked by the last threshold asked for first; 500 of them at most. */
  readonly clients: readonly ClientCounts[];
  /** Lowest score first: those that scored lowest, and those that flip. */
  readonly listed: readonly ListedSession[];
  /** From the detector's own threshold to each of the others that were asked for. */
  readonly flips: readonly Flip[];
  readonly drift: Drift;
  /** What became of sessions in memory. */
  readonly tracker: SessionCounts;
}

export interface RouteCounts extends Counts {
  readonly route: string;
}

export interface HourCounts extends Counts {
  readonly from: string;
}

export interface ListedSession {
  readonly client: string;
  readonly from: string;
  readonly to: string;
  readonly calls: number;
  /** The threshold at which the session flips: flagged at this one and above. */
  readonly lowestScore: number;
  /** What the call with this score called. */
  readonly route: string;
  /** Calls that would have been blocked, in the order of `asked`. */
  readonly blocked: readonly number[];
  /** What lowered that score most, strongest first; null where the detector cannot explain its scores. */
  readonly because: readonly FeatureContribution[] | null;
}

export interface Flip {
  readonly threshold: number;
  /** Sessions that this threshold flags and the detector's own does not, and the other way. */
  readonly newlyFlagged: number;
  readonly noLongerFlagged: number;
  /** Their places in `listed`, lowest score first; of many only so many. */
  readonly listed: readonly number[];
}
