// Sums over the window of each of many owners, one number for each pane.
import { PANES } from './window.js';

export class PaneSums {
  /** [nOwners × PANES] */
  readonly #sums: Float32Array;

  constructor(nOwners: number) {
    this.#sums = new Float32Array(nOwners * PANES);
  }

  add(owner: number, place: number, value: number): void {
    this.#sums[owner * PANES + place] += value;
  }

  total(owner: number): number {
    const start = owner * PANES;
    const sums = this.#sums;
    return sums[start] + sums[start + 1] + sums[start + 2] + sums[start + 3];
  }

  forget(owner: number, place: number): void {
    this.#sums[owner * PANES + place] = 0;
  }

  clear(owner: number): void {
    this.#sums.fill(0, owner * PANES, (owner + 1) * PANES);
  }
}
