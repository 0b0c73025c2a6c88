// Whether rows that are scored look like those that a detector was trained on: if not, its verdicts may mean nothing.
import type { DetectorParts } from './detector.js';
import { N_BINS, placeOfBin } from './distribution.js';
import type { Profile } from './profile.js';
import { binRows, cutsOfProfile, KEY_BYTES, type RowBins } from './row-bins.js';
import {
  DRIFT_LEVELS,
  type DriftLevel,
  type StabilityIndex,
  stabilityIndex,
} from './stability-index.js';
import { isAnomaly } from './verdict.js';

/** A statistic of fewer effective rows says more of chance than of change. */
export const MIN_EFFECTIVE_ROWS = 200;
/** More different keys are not told apart from copies: by then chance is small. */
const MAX_KEYS = 4_096;

/** Counts of rows that were scored; its size does not grow with them. */
export class Population {
  /** Rows in `counts`. */
  nBinned = 0;
  nRows = 0;
  nAnomalies = 0;
  #keys = new Set<number>();
  /** Different keys of populations that were added to this one. */
  #nOtherKeys = 0;
  /** [(nFeatures + 1) × N_BINS] row-major, the score last */
  readonly counts: Int32Array;
  readonly #nColumns: number;
  readonly #knows: boolean;

  constructor({ schema, profile }: Pick<DetectorParts, 'schema' | 'profile'>) {
    this.#knows = profile !== undefined;
    this.#nColumns = schema.features.length + 1;
    this.counts = new Int32Array(this.#nColumns * N_BINS);
  }

  /** `bins`: of all of `nRows` rows, or of some that stand for them */
  add(bins: RowBins, nRows: number, nAnomalies: number): void {
    const { counts } = this;
    const nColumns = this.#nColumns;
    const rowLength = nColumns + KEY_BYTES;
    for (let start = 0; start < bins.length; start += rowLength) {
      for (let column = 0; column < nColumns; column++) {
        counts[column * N_BINS + bins[start + column]]++;
      }
      if (this.#keys.size < MAX_KEYS) {
        let key = 0;
        for (let at = start + rowLength - 1; at >= start + nColumns; at--)
          key = key * 256 + bins[at];
        this.#keys.add(key);
      }
    }
    this.nBinned += bins.length / rowLength;
    this.nRows += nRows;
    this.nAnomalies += nAnomalies;
  }

  /** Rows that can be compared: where the detector knows nothing, only by how many are anomalies. */
  get nCompared(): number {
    return this.#knows ? this.nBinned : this.nRows;
  }

  /** Rows, or sessions, that say something of their own; from `MAX_KEYS` on, at least so many. */
  get nKeys(): number {
    return this.#keys.size + this.#nOtherKeys;
  }

  /** Rows that are in both count twice. */
  addAll(other: Population): void {
    for (let i = 0; i < this.counts.length; i++) this.counts[i] += other.counts[i];
    this.#nOtherKeys += other.nKeys;
    this.nBinned += other.nBinned;
    this.nRows += other.nRows;
    this.nAnomalies += other.nAnomalies;
  }
}

export interface FeatureDrift extends StabilityIndex {
  readonly name: string;
  /** Where most rows have come to lie that did not before: 'up to 10', 'at 1'. */
  readonly place: string;
  /** Of the rows and of those of the training, how many lie there. */
  readonly share: number;
  readonly trainingShare: number;
}

export interface Drift {
  /** Rows that were compared. */
  readonly rows: number;
  /** Those that say something of their own: copies, and rows of one session, count as one. Below 200 nothing is told. */
  readonly effectiveRows: number;
  readonly level: DriftLevel;
  /** Share of rows that were called anomalies, and that of normal rows like those of the training, if it is known. */
  readonly anomalies: number;
  readonly trainingAnomalies: number | null;
  /** Null where the detector does not know its training data, or there are too few rows. */
  readonly score: StabilityIndex | null;
  /** Most drifted first; none where the score is null. */
  readonly features: readonly FeatureDrift[];
}

/** All rows of a matrix [nRows × nFeatures], none of which depends on another, with their scores. */
export function populationOf(
  detector: KnownParts,
  values: Float64Array,
  scores: Float64Array,
): Population {
  const population = new Population(detector);
  const bins = binRows(detector.profile, values, scores);
  population.add(bins, scores.length, scores.filter(isAnomaly).length);
  return population;
}

type KnownParts = Pick<DetectorParts, 'schema' | 'profile' | 'metrics' | 'calibration'>;

/** Where nothing else is known: rows of which more are anomalies are another population. */
const MAX_ANOMALIES_ALONE = 0.5;
/** Shares of the known anomalies that rows are compared with, from none to all of them. */
const N_ANOMALY_SHARES = 21;

export interface DriftOptions {
  /**
   * Whether rows of one session have the same key, so that sessions are counted; else the profile says how many rows to
   * expect of one. @default false
   */
  readonly keysAreSessions?: boolean;
}

export function driftOf(
  detector: KnownParts,
  population: Population,
  { keysAreSessions = false }: DriftOptions = {},
): Drift {
  const { profile, metrics, calibration } = detector;
  const { nBinned, nRows, nAnomalies } = population;
  const anomalies = nRows === 0 ? 0 : nAnomalies / nRows;
  const known = calibration?.unit === 'session' ? null : (calibration ?? metrics);
  const trainingAnomalies = known?.falsePositiveRate ?? null;
  if (profile === undefined) {
    const isMuch = nRows >= MIN_EFFECTIVE_ROWS && anomalies > MAX_ANOMALIES_ALONE;
    const level = isMuch ? 'much' : 'none';
    return {
      rows: nRows,
      effectiveRows: nRows,
      level,
      anomalies,
      trainingAnomalies,
      score: null,
      features: [],
    };
  }
  const { rowsPerSession = 1 } = profile;
  const effectiveRows = Math.floor(population.nKeys / (keysAreSessions ? 1 : rowsPerSession));
  const head = { rows: nBinned, effectiveRows, anomalies, trainingAnomalies };
  if (effectiveRows < MIN_EFFECTIVE_ROWS) {
    return { ...head, level: 'none', score: null, features: [] };
  }
  return { ...head, ...nearestComparison(detector.schema, profile, population, effectiveRows) };
}

type Comparison = Pick<Drift, 'level' | 'score' | 'features'>;

/**
 * The comparison with normal rows, or with a mixture of them and of labelled anomalies, up to their share in training:
 * the one that differs least. The file that a detector was made from has both.
 */
function nearestComparison(
  schema: DetectorParts['schema'],
  profile: Profile,
  population: Population,
  effectiveRows: number,
): Comparison {
  const most = profile.anomalies?.share ?? 0;
  const shares =
    most === 0
      ? [0]
      : Array.from({ length: N_ANOMALY_SHARES }, (_, i) => (i / (N_ANOMALY_SHARES - 1)) * most);
  const comparisons = shares.map((share) =>
    compare(schema, expectedShares(profile, share), profile, population, effectiveRows),
  );
  return comparisons.reduce((best, one) => (one.change < best.change ? one : best)).comparison;
}

/** Of each bin the share to expect, [(nFeatures + 1) × N_BINS] row-major; `anomalies` of them are labelled ones. */
function expectedShares(profile: Profile, anomalies: number): Float64Array {
  const { counts, scores } = profile;
  const shares = new Float64Array(counts.length + scores.counts.length);
  for (let start = 0; start < shares.length; start += N_BINS) {
    const normal = start < counts.length ? counts.subarray(start, start + N_BINS) : scores.counts;
    addShares(shares, start, normal, 1 - anomalies);
    if (profile.anomalies !== undefined) {
      addShares(shares, start, profile.anomalies.counts.subarray(start, start + N_BINS), anomalies);
    }
  }
  return shares;
}

function addShares(shares: Float64Array, start: number, counts: Int32Array, weight: number): void {
  const total = counts.reduce((sum, count) => sum + count);
  for (let bin = 0; bin < N_BINS; bin++) shares[start + bin] += (weight * counts[bin]) / total;
}

function compare(
  { features }: DetectorParts['schema'],
  expected: Float64Array,
  profile: Profile,
  { counts, nBinned }: Population,
  effectiveRows: number,
): { readonly comparison: Comparison; readonly change: number } {
  const cuts = cutsOfProfile(profile);
  const nNormal = sumOf(profile.counts.subarray(0, N_BINS));
  const nNormalScores = sumOf(profile.scores.counts);
  const { effectiveRows: knownRows = nNormal } = profile;
  let change = Number.NEGATIVE_INFINITY;
  const indexOf = (column: number, nKnown: number): StabilityIndex => {
    const [start, end] = [column * N_BINS, (column + 1) * N_BINS];
    const { change: ofColumn, ...index } = stabilityIndex(
      expected.subarray(start, end),
      nKnown,
      counts.subarray(start, end),
      effectiveRows,
    );
    change = Math.max(change, ofColumn);
    return index;
  };
  const score = indexOf(features.length, (nNormalScores / nNormal) * knownRows);
  const drifts = features.map(({ name }, feature) => {
    const start = feature * N_BINS;
    const gain = (bin: number) => counts[start + bin] / nBinned - expected[start + bin];
    let most = 0;
    for (let bin = 1; bin < N_BINS; bin++) if (gain(bin) > gain(most)) most = bin;
    return {
      name,
      ...indexOf(feature, knownRows),
      place: placeOfBin(cuts, feature, most),
      share: counts[start + most] / nBinned,
      trainingShare: expected[start + most],
    };
  });
  drifts.sort((a, b) => b.psi - a.psi);
  const all = [score, ...drifts];
  const level = Math.max(...all.map((one) => DRIFT_LEVELS.indexOf(one.level)));
  return {
    comparison: { level: DRIFT_LEVELS[level], score, features: drifts },
    change,
  };
}

function sumOf(counts: Int32Array): number {
  return counts.reduce((sum, count) => sum + count);
}
