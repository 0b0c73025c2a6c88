// Sums over the window of each of many owners, one float32 for each pane.
import type { Rows } from './rows.js';
import { PANES } from './window.js';

export class PaneSums {
  static readonly rowBytes = 4 * PANES;
  readonly #sums: Float32Array;
  readonly #rowFloats: number;
  readonly #at: number;

  constructor(rows: Rows, offset: number) {
    this.#sums = rows.floats;
    this.#rowFloats = rows.rowBytes / 4;
    this.#at = offset / 4;
  }

  add(owner: number, place: number, value: number): void {
    this.#sums[this.#startOf(owner) + place] += value;
  }

  total(owner: number): number {
    const start = this.#startOf(owner);
    const sums = this.#sums;
    return sums[start] + sums[start + 1] + sums[start + 2] + sums[start + 3];
  }

  forget(owner: number, place: number): void {
    this.#sums[this.#startOf(owner) + place] = 0;
  }

  clear(owner: number): void {
    const start = this.#startOf(owner);
    this.#sums.fill(0, start, start + PANES);
  }

  #startOf(owner: number): number {
    return owner * this.#rowFloats + this.#at;
  }
}
