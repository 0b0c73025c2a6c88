// A sample of rows in memory that does not grow with them: those of the lowest hashes (bottom-k sampling).
import { HASHES } from './hashes.js';

/** Rows are dropped once there are so many times the capacity. */
const ROOM = 2;

export class RowSample {
  readonly #capacity: number;
  readonly #nFeatures: number;
  /** [ROOM × capacity] */
  readonly #hashes: Uint32Array;
  /** [ROOM × capacity × nFeatures] */
  readonly #rows: Float64Array;
  #n = 0;
  /** Hashes from here on are beyond the sample. */
  #limit = HASHES;

  constructor(capacity: number, nFeatures: number) {
    this.#capacity = capacity;
    this.#nFeatures = nFeatures;
    this.#hashes = new Uint32Array(ROOM * capacity);
    this.#rows = new Float64Array(ROOM * capacity * nFeatures);
  }

  /** `row`: [nFeatures], copied if it is taken */
  add(hash: number, row: Float64Array): void {
    if (hash >= this.#limit) return;
    this.#hashes[this.#n] = hash;
    this.#rows.set(row, this.#n * this.#nFeatures);
    if (++this.#n < this.#hashes.length) return;
    this.#rows.set(this.rows());
    this.#hashes.sort();
    this.#limit = this.#hashes[this.#capacity - 1];
    this.#n = this.#capacity;
  }

  /** Different hashes of the rows. */
  distinctHashes(): number {
    return new Set(Array.from(this.#kept(), (row) => this.#hashes[row])).size;
  }

  /** [n × nFeatures] row-major, at most the capacity, by hash */
  rows(): Float64Array {
    const nFeatures = this.#nFeatures;
    const kept = this.#kept();
    const rows = new Float64Array(kept.length * nFeatures);
    kept.forEach((from, to) => {
      const start = from * nFeatures;
      rows.set(this.#rows.subarray(start, start + nFeatures), to * nFeatures);
    });
    return rows;
  }

  /** Places of the lowest hashes, ascending. */
  #kept(): Int32Array {
    const order = Int32Array.from({ length: this.#n }, (_, i) => i);
    order.sort((a, b) => this.#hashes[a] - this.#hashes[b] || a - b);
    return order.subarray(0, this.#capacity);
  }
}
