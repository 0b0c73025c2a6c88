// What work costs on this machine, learned while it runs: the time of work per byte, the bytes of a
// row, and the trip to a worker and back. Decides what is scored inline.

/** Weight of the newest measurement in the moving averages. */
const NEWEST_WEIGHT = 0.1;
/** Times the average that a measurement counts for at most: a thread that waited shows as slow work. */
const MOST_GROWTH = 2;
/** A lone trip to a worker thread and back, before the first one is measured. */
const FIRST_TRIP_MS = 0.07;
/** What takes longer waited for a worker to start or for a busy machine. */
const LONGEST_TRIP_MS = 0.5;
/** Cost of a byte decoded and scored, before the first one is measured. */
const FIRST_MS_PER_BYTE = 20e-6;
/** Bytes of a row, before the first one is measured: few, so that the guess of rows is high. */
const FIRST_BYTES_PER_ROW = 40;

/** A moving average that starts at a guess, above 0. */
class MovingAverage {
  value: number;

  constructor(firstGuess: number) {
    this.value = firstGuess;
  }

  add(measurement: number): void {
    const counted = Math.min(measurement, MOST_GROWTH * this.value);
    this.value += NEWEST_WEIGHT * (counted - this.value);
  }
}

/** Costs of one kind of work for one detector. */
export class WorkCost {
  readonly #msPerByte = new MovingAverage(FIRST_MS_PER_BYTE);
  readonly #bytesPerRow = new MovingAverage(FIRST_BYTES_PER_ROW);

  add(bytes: number, nRows: number, elapsedMs: number): void {
    if (bytes === 0) return;
    this.#msPerByte.add(elapsedMs / bytes);
    if (nRows > 0) this.#bytesPerRow.add(bytes / nRows);
  }

  expectedMs(bytes: number): number {
    return bytes * this.#msPerByte.value;
  }

  expectedRows(bytes: number): number {
    return Math.ceil(bytes / this.#bytesPerRow.value);
  }
}

/** Costs by detector and kind of work, and of the trip to a worker. */
export class DispatchCosts {
  #tripMs = FIRST_TRIP_MS;
  readonly #workByDetector = new WeakMap<object, WorkCost[]>();

  /** `kind`: a small whole number per kind of work. */
  of(detector: object, kind: number): WorkCost {
    let works = this.#workByDetector.get(detector);
    if (works === undefined) {
      works = [];
      this.#workByDetector.set(detector, works);
    }
    works[kind] ??= new WorkCost();
    return works[kind];
  }

  get tripMs(): number {
    return this.#tripMs;
  }

  /** The trip never gets long: else all work would stay here, and nothing measure trips again. */
  addTrip(elapsedMs: number): void {
    this.#tripMs += NEWEST_WEIGHT * (Math.min(elapsedMs, LONGEST_TRIP_MS) - this.#tripMs);
  }
}
