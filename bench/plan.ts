// How much is measured: the figures to quote, or a quick run that shows that the bench works.

export interface Plan {
  /** Rows per call of a kernel. */
  readonly kernelBatches: readonly number[];
  /** A sample spans at least so many rows: a clock that is read around a single row measures itself. */
  readonly kernelSampleRows: number;
  readonly kernelMs: number;
  /** Of a forest whose loading is measured. */
  readonly loadTrees: number;
  readonly loadRounds: number;
  readonly engineRounds: number;
  readonly httpRounds: number;
  /** Of an access log; one whose memory is measured beside it has a tenth of them. */
  readonly logLines: number;
  readonly logRounds: number;
  /** Live sessions of the tracker, in turns, the last the most; and of the guards. */
  readonly trackerSessions: readonly number[];
  readonly guardSessions: number;
  /** Of one contender. */
  readonly roundMs: number;
}

/** About eight minutes. */
export const FULL_PLAN: Plan = {
  kernelBatches: [1, 10, 100, 1_000, 10_000],
  kernelSampleRows: 1_000,
  kernelMs: 300,
  loadTrees: 500,
  loadRounds: 3,
  engineRounds: 7,
  httpRounds: 7,
  logLines: 1_000_000,
  logRounds: 5,
  trackerSessions: [1_000, 100_000, 1_000_000],
  guardSessions: 100_000,
  roundMs: 500,
};

/** A few seconds. */
export const QUICK_PLAN: Plan = {
  kernelBatches: [1, 100],
  kernelSampleRows: 100,
  kernelMs: 1,
  loadTrees: 20,
  loadRounds: 1,
  engineRounds: 2,
  httpRounds: 2,
  logLines: 3_000,
  logRounds: 1,
  trackerSessions: [1_000, 20_000],
  guardSessions: 1_000,
  roundMs: 40,
};
