// Whether what is scored still looks like what each detector was trained on: counts of the last rows, in memory that does
// not grow with them.
import type { Tally } from '../engine/job.js';
import type { Detector } from '../model/detector.js';
import { type Drift, driftOf, Population } from '../model/drift.js';
import { describeDrift } from '../model/drift-text.js';

/** The last 1,000 to 2,000 rows are compared; of large batches, and at high rates, such as stand for them. */
const HALF_WINDOW_ROWS = 1_000;
/** Rows after which the state is looked at first; from then on after twice as many each time, up to the second. */
const FIRST_CHECK_ROWS = 100;
const MOST_ROWS_BETWEEN_CHECKS = 500;

export interface WatchedDrift extends Drift {
  /** From much drift on until there is none. */
  readonly drifted: boolean;
}

export class DriftWatch {
  /** By version: a detector that is replaced takes its counts with it. */
  readonly #watched = new WeakMap<Detector, WatchedDetector>();

  /** `tally`: of rows that `detector` scored */
  add(detector: Detector, tally: Tally): void {
    this.#of(detector).add(tally);
  }

  driftOf(detector: Detector): WatchedDrift {
    const watched = this.#of(detector);
    const drift = watched.look();
    return { ...drift, drifted: watched.drifted };
  }

  /** What to tell people, while a detector is given other rows than it knows. */
  warningOf(detector: Detector): string | undefined {
    const watched = this.#of(detector);
    const drift = watched.look();
    return watched.drifted ? watched.describe(drift) : undefined;
  }

  #of(detector: Detector): WatchedDetector {
    let watched = this.#watched.get(detector);
    if (watched === undefined) {
      watched = new WatchedDetector(detector);
      this.#watched.set(detector, watched);
    }
    return watched;
  }
}

class WatchedDetector {
  drifted = false;
  readonly #detector: Detector;
  #recent: Population;
  #before: Population | undefined;
  #rowsBetweenChecks = FIRST_CHECK_ROWS;
  #rowsUntilCheck = FIRST_CHECK_ROWS;

  constructor(detector: Detector) {
    this.#detector = detector;
    this.#recent = new Population(detector);
  }

  add({ bins, normal, anomaly }: Tally): void {
    const rowsBefore = this.#recent.nCompared;
    this.#recent.add(bins, normal + anomaly, anomaly);
    this.#rowsUntilCheck -= this.#recent.nCompared - rowsBefore;
    if (this.#rowsUntilCheck > 0) return;
    this.#rowsBetweenChecks = Math.min(2 * this.#rowsBetweenChecks, MOST_ROWS_BETWEEN_CHECKS);
    this.#rowsUntilCheck = this.#rowsBetweenChecks;
    this.look();
    if (this.#recent.nCompared < HALF_WINDOW_ROWS) return;
    this.#before = this.#recent;
    this.#recent = new Population(this.#detector);
  }

  /** Drift of the rows until now; tells of a change of the state. */
  look(): Drift {
    const drift = this.#drift();
    const drifted = drift.level === 'much' || (this.drifted && drift.level !== 'none');
    if (drifted !== this.drifted) {
      this.drifted = drifted;
      console.warn(`detector "${this.#detector.name}": ${this.describe(drift)}`);
    }
    return drift;
  }

  describe(drift: Drift): string {
    return describeDrift(this.#detector, drift, `the last ${drift.rows.toLocaleString('en')} rows`);
  }

  #drift(): Drift {
    const window = new Population(this.#detector);
    window.addAll(this.#recent);
    if (this.#before !== undefined) window.addAll(this.#before);
    return driftOf(this.#detector, window);
  }
}
