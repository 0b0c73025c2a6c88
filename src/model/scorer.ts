// Rows to scores and risks on one thread: transform, run the model's kernel, subtract the threshold, heed the bounds.
import type { Kernels } from '../../native-free-kernels/contract.js';
import { lowerOutside, lowestOutput } from './bounds.js';
import type { DetectorParts, Model } from './detector.js';
import { isolationScore } from './path-length.js';
import { riskInto } from './verdict.js';

/** What scoring needs of a detector. */
export type ScoringParts = Pick<DetectorParts, 'transforms' | 'model' | 'threshold' | 'bounds'>;

/** Rows that are transformed at a time: few enough for the caches, many enough for each tree of a large forest. */
const ROWS_PER_BLOCK = 1_024;

/**
 * An isolation forest's border is often the score of training rows, computed elsewhere: that of a row on it differs
 * by the last bits of a logarithm, a power and two divisions.
 */
const BORDER_ROUNDING = 2 ** -50;

/** Scores with scratch memory of its own; one per thread. */
export class Scorer {
  readonly #kernels: Kernels;
  #transformed = new Float64Array(0);

  constructor(kernels: Kernels) {
    this.#kernels = kernels;
  }

  /**
   * Scores and risks of `nRows` rows into `scores` and `risks`.
   * `rows`: [nRows × nFeatures] row-major, finite, unscaled, read-only.
   */
  scoreInto(
    detector: ScoringParts,
    rows: Float64Array,
    nRows: number,
    scores: Float64Array,
    risks: Float64Array,
  ): void {
    this.scoresInto(detector, rows, nRows, scores);
    riskInto(detector, scores, nRows, risks);
  }

  /** The same without the risks. */
  scoresInto(
    detector: ScoringParts,
    rows: Float64Array,
    nRows: number,
    scores: Float64Array,
  ): void {
    const nFeatures = nFeaturesOf(detector.model);
    for (let start = 0; start < nRows; start += ROWS_PER_BLOCK) {
      const nBlock = Math.min(ROWS_PER_BLOCK, nRows - start);
      const whole = nBlock === nRows;
      const block = whole ? rows : rows.subarray(start * nFeatures, (start + nBlock) * nFeatures);
      const out = whole ? scores : scores.subarray(start, start + nBlock);
      this.#modelOutputInto(detector, this.#transform(detector, block, nBlock), nBlock, out);
    }
    const { bounds, model, threshold } = detector;
    if (bounds !== undefined) {
      lowerOutside(bounds, rows, nRows, lowestOutput(model) - threshold, scores);
    }
  }

  /** For `join` on other threads; undefined where there is nothing to share. */
  share({ model }: ScoringParts): WebAssembly.Memory | undefined {
    return model.type === 'one-class-svm' ? undefined : this.#kernels.share(model.forest);
  }

  /** Scores with what another thread's scorer has shared of the same detector. */
  join({ model }: ScoringParts, shared: WebAssembly.Memory): void {
    if (model.type !== 'one-class-svm') this.#kernels.join(model.forest, shared);
  }

  /** `rows` themselves where the detector has no transforms. */
  #transform({ transforms }: ScoringParts, rows: Float64Array, nRows: number): Float64Array {
    let from = rows;
    for (const transform of transforms) {
      const length = ROWS_PER_BLOCK * transform.nFeatures;
      if (this.#transformed.length < length) this.#transformed = new Float64Array(length);
      this.#kernels.transformInto(transform, from, nRows, this.#transformed);
      from = this.#transformed;
    }
    return from;
  }

  #modelOutputInto(
    detector: ScoringParts,
    rows: Float64Array,
    nRows: number,
    out: Float64Array,
  ): void {
    const { model, threshold } = detector;
    if (model.type === 'forest') {
      this.#kernels.meanLeafValueInto(model.forest, rows, nRows, out);
      // P(normal) − P(anomaly) = 1 − 2 P(anomaly)
      for (let row = 0; row < nRows; row++) out[row] = 1 - 2 * out[row] - threshold;
    } else if (model.type === 'isolation-forest') {
      this.#kernels.meanLeafValueInto(model.forest, rows, nRows, out);
      const border = model.offset + threshold;
      for (let row = 0; row < nRows; row++) {
        const score = isolationScore(out[row], model.averagePathLength) - border;
        // Here scikit-learn takes a row on the border for normal.
        out[row] = Math.abs(score) < BORDER_ROUNDING ? Number.MIN_VALUE : score;
      }
    } else {
      this.#kernels.decisionInto(model.svm, rows, nRows, out);
      for (let row = 0; row < nRows; row++) out[row] = finiteScore(out[row] - threshold);
    }
  }
}

/**
 * A finite row may be so far out that its score overflows. It gets the nearest number, and NaN, of
 * which no side is known, the one that calls it an anomaly: JSON carries neither, and NaN <= 0 is
 * false.
 */
function finiteScore(score: number): number {
  if (Number.isNaN(score)) return -Number.MAX_VALUE;
  return Math.min(Math.max(score, -Number.MAX_VALUE), Number.MAX_VALUE);
}

function nFeaturesOf(model: Model): number {
  return (model.type === 'one-class-svm' ? model.svm : model.forest).nFeatures;
}
