// A sample of sessions in bounded memory, each with its behaviours: those of the lowest hashes.
import type { SessionRows } from '../../model/learning-rows.js';
import { HASHES } from './hashes.js';

/** Sessions are dropped once there are so many times the capacity. */
const ROOM = 2;

export class SessionSample {
  readonly #capacity: number;
  readonly #mostRows: number;
  readonly #sessions = new Map<number, Behaviours>();
  /** Hashes from here on are beyond the sample. */
  #limit = HASHES;

  /** @param mostRows of one session; of more, every second is kept, then every fourth … */
  constructor(capacity: number, mostRows: number) {
    this.#capacity = capacity;
    this.#mostRows = mostRows;
  }

  /** A behaviour of the session with this hash. `row`: [nFeatures], copied if it is taken */
  add(hash: number, row: Float64Array): void {
    if (hash >= this.#limit) return;
    const behaviours = this.#sessions.get(hash);
    if (behaviours !== undefined) {
      behaviours.add(row);
      return;
    }
    this.#sessions.set(hash, new Behaviours(row, this.#mostRows));
    if (this.#sessions.size === ROOM * this.#capacity) this.#drop();
  }

  /** By hash, at most the capacity. */
  rows(): SessionRows {
    const kept = this.#sorted()
      .slice(0, this.#capacity)
      .map((hash) => (this.#sessions.get(hash) as Behaviours).rows());
    const values = new Float64Array(kept.reduce((sum, rows) => sum + rows.values.length, 0));
    const ends = new Int32Array(kept.length);
    let at = 0;
    kept.forEach((rows, i) => {
      values.set(rows.values, at);
      at += rows.values.length;
      ends[i] = rows.nRows + (i === 0 ? 0 : ends[i - 1]);
    });
    return { values, ends };
  }

  #drop(): void {
    const dropped = this.#sorted().slice(this.#capacity);
    this.#limit = dropped[0];
    for (const hash of dropped) this.#sessions.delete(hash);
  }

  #sorted(): number[] {
    return [...this.#sessions.keys()].sort((a, b) => a - b);
  }
}

/** Of one session, thinned evenly once they are too many. */
class Behaviours {
  readonly #nFeatures: number;
  readonly #mostRows: number;
  #values: Float64Array;
  #nRows = 1;
  #nSeen = 1;
  #step = 1;

  constructor(first: Float64Array, mostRows: number) {
    this.#nFeatures = first.length;
    this.#mostRows = mostRows;
    this.#values = first.slice();
  }

  add(row: Float64Array): void {
    if (this.#nSeen++ % this.#step > 0) return;
    if (this.#nRows === this.#mostRows) {
      this.#thin();
      if ((this.#nSeen - 1) % this.#step > 0) return;
    }
    const at = this.#nRows++ * this.#nFeatures;
    if (at === this.#values.length) {
      const values = new Float64Array(2 * at);
      values.set(this.#values);
      this.#values = values;
    }
    this.#values.set(row, at);
  }

  rows(): { values: Float64Array; nRows: number } {
    const values = this.#values.subarray(0, this.#nRows * this.#nFeatures);
    return { values, nRows: this.#nRows };
  }

  #thin(): void {
    const nFeatures = this.#nFeatures;
    this.#step *= 2;
    this.#nRows = Math.ceil(this.#nRows / 2);
    for (let row = 1; row < this.#nRows; row++) {
      const from = 2 * row * nFeatures;
      this.#values.copyWithin(row * nFeatures, from, from + nFeatures);
    }
  }
}
