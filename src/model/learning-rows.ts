// Behaviours of traffic as a detector is learned from them: what samples traffic and what trains say so to each other.

/** All rows are unscaled and have the schema's features in its order. */
export interface LearningRows {
  /** [n × nFeatures] row-major: behaviours of sessions as they grow, a few of each */
  readonly training: Float64Array;
  /** Of other sessions, which choose among candidates. */
  readonly choosing: SessionRows;
  /** Of yet others, which set the threshold. */
  readonly calibrating: SessionRows;
  /** Snapshots of the sessions that do not train, as `behaviours` writes them: what later traffic is compared with. */
  readonly snapshots: SnapshotRows;
}

export interface SnapshotRows {
  /** [nRows × nFeatures] row-major, at least one row */
  readonly values: Float64Array;
  /** Different sessions that they are of. */
  readonly nSessions: number;
}

/** Behaviours by session: a session is flagged if any of its behaviours is. */
export interface SessionRows {
  /** [nRows × nFeatures] row-major; the rows of a session stand together */
  readonly values: Float64Array;
  /** [nSessions] row behind the last one of each session, ascending; none is without rows */
  readonly ends: Int32Array;
}
