// The judged calls of a replay as a population that can be compared with the detector's training data.
import type { Detector } from '../../model/detector.js';
import { type Drift, driftOf, Population } from '../../model/drift.js';
import { binRows } from '../../model/row-bins.js';
import { isAnomaly } from '../../model/verdict.js';

const ROWS_PER_BLOCK = 1_024;
/** Rows of a block that stand for it: those of neighbouring calls are much alike. */
const COMPARED_PER_BLOCK = 128;

export class ReplayedPopulation {
  readonly #detector: Detector;
  readonly #population: Population;
  readonly #nFeatures: number;
  /** [ROWS_PER_BLOCK × nFeatures] row-major */
  readonly #rows: Float64Array;
  /** [ROWS_PER_BLOCK] */
  readonly #scores = new Float64Array(ROWS_PER_BLOCK);
  #nRows = 0;

  constructor(detector: Detector) {
    this.#detector = detector;
    this.#population = new Population(detector);
    this.#nFeatures = detector.schema.features.length;
    this.#rows = new Float64Array(ROWS_PER_BLOCK * this.#nFeatures);
  }

  /** `row`: [nFeatures], copied */
  add(row: Float64Array, score: number): void {
    this.#rows.set(row, this.#nRows * this.#nFeatures);
    this.#scores[this.#nRows++] = score;
    if (this.#nRows === ROWS_PER_BLOCK) this.#flush();
  }

  drift(): Drift {
    this.#flush();
    return driftOf(this.#detector, this.#population);
  }

  #flush(): void {
    const rows = this.#rows.subarray(0, this.#nRows * this.#nFeatures);
    const scores = this.#scores.subarray(0, this.#nRows);
    const bins = binRows(this.#detector.profile, rows, scores, COMPARED_PER_BLOCK);
    this.#population.add(bins, this.#nRows, scores.filter(isAnomaly).length);
    this.#nRows = 0;
  }
}
