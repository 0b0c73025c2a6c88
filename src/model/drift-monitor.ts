// Watches whether what a detector scores still looks like what it was trained on: counts of the last rows, in memory that
// does not grow with them.
import type { Detector } from './detector.js';
import { type Drift, type DriftOptions, driftOf, MIN_EFFECTIVE_ROWS, Population } from './drift.js';
import { describeDrift } from './drift-text.js';
import type { RowBins } from './row-bins.js';

/** The last 1,000 to 2,000 rows are compared; of large batches, and at high rates, such as stand for them. */
const HALF_WINDOW_ROWS = 1_000;
/** Rows after which the state is looked at first; from then on after twice as many each time, up to the second. */
const FIRST_CHECK_ROWS = MIN_EFFECTIVE_ROWS;
const MAX_ROWS_BETWEEN_CHECKS = 500;

export interface WatchedDrift extends Drift {
  /** From much drift on until there is none. */
  readonly drifted: boolean;
}

export class DriftMonitor {
  #drifted = false;
  readonly #detector: Detector;
  readonly #onChange: (message: string) => void;
  readonly #options: DriftOptions;
  #recent: Population;
  #before: Population | undefined;
  #rowsBetweenChecks = FIRST_CHECK_ROWS;
  #rowsUntilCheck = FIRST_CHECK_ROWS;

  /** `onChange`: told when the rows are no longer what the detector knows, and when they are again */
  constructor(detector: Detector, onChange: (message: string) => void, options: DriftOptions = {}) {
    this.#detector = detector;
    this.#onChange = onChange;
    this.#options = options;
    this.#recent = new Population(detector);
  }

  /** `bins`: of all of `nRows` rows, or of some that stand for them */
  add(bins: RowBins, nRows: number, nAnomalies: number): void {
    const rowsBefore = this.#recent.nCompared;
    this.#recent.add(bins, nRows, nAnomalies);
    this.#rowsUntilCheck -= this.#recent.nCompared - rowsBefore;
    if (this.#rowsUntilCheck > 0) return;
    this.#rowsBetweenChecks = Math.min(2 * this.#rowsBetweenChecks, MAX_ROWS_BETWEEN_CHECKS);
    this.#rowsUntilCheck = this.#rowsBetweenChecks;
    this.look();
    if (this.#recent.nCompared < HALF_WINDOW_ROWS) return;
    this.#before = this.#recent;
    this.#recent = new Population(this.#detector);
  }

  /** Drift of the rows until now; tells of a change of the state. */
  look(): WatchedDrift {
    const drift = this.#drift();
    const drifted = drift.level === 'much' || (this.#drifted && drift.level !== 'none');
    if (drifted !== this.#drifted) {
      this.#drifted = drifted;
      this.#onChange(this.#describe(drift));
    }
    return { ...drift, drifted };
  }

  /** What to tell people while the detector is given other rows than it knows. */
  warning(): string | undefined {
    const drift = this.look();
    return drift.drifted ? this.#describe(drift) : undefined;
  }

  #describe(drift: Drift): string {
    return describeDrift(this.#detector, drift, `the last ${drift.rows.toLocaleString('en')} rows`);
  }

  #drift(): Drift {
    const window = new Population(this.#detector);
    window.addAll(this.#recent);
    if (this.#before !== undefined) window.addAll(this.#before);
    return driftOf(this.#detector, window, this.#options);
  }
}
