// Whether rows that are scored look like those that a detector was trained on: if not, its verdicts may mean nothing.
import type { DetectorParts } from './detector.js';
import { N_BINS, placeOfBin } from './distribution.js';
import { binRows, cutsOfProfile, type RowBins } from './row-bins.js';
import {
  DRIFT_LEVELS,
  type DriftLevel,
  type StabilityIndex,
  stabilityIndex,
} from './stability-index.js';
import { isAnomaly } from './verdict.js';

/** Counts of rows that were scored; its size does not grow with them. */
export class Population {
  /** Rows in `counts`. */
  nBinned = 0;
  nRows = 0;
  nAnomalies = 0;
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
    for (let start = 0; start < bins.length; start += nColumns) {
      for (let column = 0; column < nColumns; column++) {
        counts[column * N_BINS + bins[start + column]]++;
      }
    }
    this.nBinned += bins.length / nColumns;
    this.nRows += nRows;
    this.nAnomalies += nAnomalies;
  }

  /** Rows that can be compared: where the detector knows nothing, only by how many are anomalies. */
  get nCompared(): number {
    return this.#knows ? this.nBinned : this.nRows;
  }

  addAll(other: Population): void {
    for (let i = 0; i < this.counts.length; i++) this.counts[i] += other.counts[i];
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
  readonly level: DriftLevel;
  /** Share of rows that were called anomalies, and that of normal rows like those of the training, if it is known. */
  readonly anomalies: number;
  readonly trainingAnomalies: number | null;
  /** Null where the detector does not know its training data. */
  readonly score: StabilityIndex | null;
  /** Most drifted first; none where the detector does not know its training data. */
  readonly features: readonly FeatureDrift[];
}

/** All rows of a matrix [nRows × nFeatures], with their scores. */
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

/** Where nothing else is known: so many rows, more than half of them anomalies, are no population to be told from. */
const LEAST_ROWS_ALONE = 100;
const MOST_ANOMALIES_ALONE = 0.5;

export function driftOf(detector: KnownParts, population: Population): Drift {
  const { profile, metrics, calibration } = detector;
  const { nBinned, nRows, nAnomalies } = population;
  const anomalies = nRows === 0 ? 0 : nAnomalies / nRows;
  const known = calibration?.unit === 'session' ? null : (calibration ?? metrics);
  const trainingAnomalies = known?.falsePositiveRate ?? null;
  if (profile === undefined || nBinned === 0) {
    const isMuch = nRows >= LEAST_ROWS_ALONE && anomalies > MOST_ANOMALIES_ALONE;
    const level = profile === undefined && isMuch ? 'much' : 'none';
    return { rows: nRows, level, anomalies, trainingAnomalies, score: null, features: [] };
  }
  const score = stabilityIndex(
    profile.scores.counts,
    columnOf(population.counts, detector.schema.features.length),
  );
  const features = featureDrifts(detector.schema, profile, population);
  const level = [score, ...features].reduce(
    (worst, { level }) => Math.max(worst, DRIFT_LEVELS.indexOf(level)),
    0,
  );
  return {
    rows: nBinned,
    level: DRIFT_LEVELS[level],
    anomalies,
    trainingAnomalies,
    score,
    features,
  };
}

function featureDrifts(
  { features }: DetectorParts['schema'],
  profile: NonNullable<DetectorParts['profile']>,
  { counts, nBinned }: Population,
): FeatureDrift[] {
  const cuts = cutsOfProfile(profile);
  const drifts = features.map(({ name }, feature) => {
    const expected = columnOf(profile.counts, feature);
    const observed = columnOf(counts, feature);
    const nTraining = expected.reduce((sum, count) => sum + count);
    const gain = (bin: number) => observed[bin] / nBinned - expected[bin] / nTraining;
    let most = 0;
    for (let bin = 1; bin < N_BINS; bin++) if (gain(bin) > gain(most)) most = bin;
    return {
      name,
      ...stabilityIndex(expected, observed),
      place: placeOfBin(cuts, feature, most),
      share: observed[most] / nBinned,
      trainingShare: expected[most] / nTraining,
    };
  });
  return drifts.sort((a, b) => b.psi - a.psi);
}

function columnOf(counts: Int32Array, column: number): Int32Array {
  return counts.subarray(column * N_BINS, (column + 1) * N_BINS);
}
