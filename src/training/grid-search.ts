// Grid search for One-Class SVM parameters by cross-validation, on worker threads. A fold is judged on its
// held-out normal rows and on labelled anomalies: without both, no candidate can be told from another.
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { Metrics } from '../model/metrics.js';
import type { OneClassSvmOptions } from './one-class-svm.js';

export type Candidate = Required<Pick<OneClassSvmOptions, 'kernel' | 'nu'>> &
  Pick<OneClassSvmOptions, 'gamma'>;

export const N_FOLDS = 5;

const NUS = [0.01, 0.05, 0.1, 0.2];
const GAMMAS = ['scale', 'auto', 0.001, 0.01] as const;

/** The linear kernel has no γ: it comes once per ν. */
export const CANDIDATES: readonly Candidate[] = NUS.flatMap((nu) => [
  ...GAMMAS.map((gamma): Candidate => ({ kernel: 'rbf', nu, gamma })),
  { kernel: 'linear', nu },
]);

export interface SearchData {
  readonly nFeatures: number;
  /** Normal rows by fold, each [rows × nFeatures] row-major, unscaled. */
  readonly folds: readonly Float64Array[];
  /** [rows × nFeatures] row-major, unscaled */
  readonly anomalies: Float64Array;
}

/** What crosses to a worker thread: one candidate on one fold. */
export interface FoldTask {
  readonly data: SearchData;
  readonly candidate: Candidate;
  readonly heldOutFold: number;
}

export interface FoldResult {
  readonly metrics: Metrics;
  readonly nSupport: number;
}

/** Means over the folds. */
export interface CandidateResult {
  readonly candidate: Candidate;
  readonly f1: number;
  /** Standard deviation of F1 over the folds. */
  readonly f1Deviation: number;
  readonly recall: number;
  readonly falsePositiveRate: number;
  readonly nSupport: number;
}

/** Every candidate, best first: by F1, then by fewer false alarms, then by fewer support vectors. */
export async function searchGrid(
  data: SearchData,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<readonly CandidateResult[]> {
  const pool = new Piscina<FoldTask, FoldResult>({
    filename: fileURLToPath(new URL('./grid-search-worker.js', import.meta.url)),
    name: 'judgeFold',
  });
  const shared = shareData(data);
  const nTasks = CANDIDATES.length * data.folds.length;
  let done = 0;
  const runFold = async (candidate: Candidate, heldOutFold: number) => {
    const result = await pool.run({ data: shared, candidate, heldOutFold });
    onProgress(++done, nTasks);
    return result;
  };
  try {
    const results = await Promise.all(
      CANDIDATES.map(async (candidate) =>
        summarise(
          candidate,
          await Promise.all(data.folds.map((_, fold) => runFold(candidate, fold))),
        ),
      ),
    );
    return results.sort(
      (a, b) => b.f1 - a.f1 || a.falsePositiveRate - b.falsePositiveRate || a.nSupport - b.nSupport,
    );
  } finally {
    await pool.destroy();
  }
}

function summarise(candidate: Candidate, folds: readonly FoldResult[]): CandidateResult {
  const mean = (measure: (fold: FoldResult) => number) =>
    folds.reduce((sum, fold) => sum + measure(fold), 0) / folds.length;
  const f1 = mean(({ metrics }) => metrics.f1);
  return {
    candidate,
    f1,
    f1Deviation: Math.sqrt(mean(({ metrics }) => (metrics.f1 - f1) ** 2)),
    recall: mean(({ metrics }) => metrics.recall),
    falsePositiveRate: mean(({ metrics }) => metrics.falsePositiveRate),
    nSupport: mean(({ nSupport }) => nSupport),
  };
}

/** The same data in shared memory, so that no task copies it. */
function shareData({ nFeatures, folds, anomalies }: SearchData): SearchData {
  return { nFeatures, folds: folds.map(share), anomalies: share(anomalies) };
}

function share(rows: Float64Array): Float64Array {
  const shared = new Float64Array(new SharedArrayBuffer(rows.byteLength));
  shared.set(rows);
  return shared;
}
