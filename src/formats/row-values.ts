// Values of rows whose number is not known before they are read.

const LEAST_ROOM = 1_024;

export class RowValues {
  #values = new Float64Array(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Copies the first `n` of `values`. */
  append(values: Float64Array, n: number): void {
    this.extend(n).set(values.subarray(0, n));
  }

  /** `n` more values, zeros to be filled by the caller. */
  extend(n: number): Float64Array {
    const start = this.#length;
    this.#length += n;
    if (this.#length > this.#values.length) {
      const longer = new Float64Array(Math.max(2 * this.#values.length, this.#length, LEAST_ROOM));
      longer.set(this.#values.subarray(0, start));
      this.#values = longer;
    }
    return this.#values.subarray(start, this.#length);
  }

  /** All values so far. */
  all(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }
}
