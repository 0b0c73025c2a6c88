// When the calls in the window of each of many owners came: how many, the earliest and the latest.
import { PANES } from './window.js';

export class CallTimes {
  /** [nOwners × PANES] each */
  readonly #calls: Uint32Array;
  readonly #firstMs: Float64Array;
  /** [nOwners] */
  readonly #lastMs: Float64Array;

  constructor(nOwners: number) {
    this.#calls = new Uint32Array(nOwners * PANES);
    this.#firstMs = new Float64Array(nOwners * PANES);
    this.#lastMs = new Float64Array(nOwners).fill(Number.NEGATIVE_INFINITY);
  }

  add(owner: number, place: number, timeMs: number): void {
    const at = owner * PANES + place;
    if (this.#calls[at]++ === 0 || timeMs < this.#firstMs[at]) this.#firstMs[at] = timeMs;
    if (timeMs > this.#lastMs[owner]) this.#lastMs[owner] = timeMs;
  }

  calls(owner: number): number {
    const start = owner * PANES;
    const calls = this.#calls;
    return calls[start] + calls[start + 1] + calls[start + 2] + calls[start + 3];
  }

  firstMs(owner: number): number {
    let first = Number.POSITIVE_INFINITY;
    for (let at = owner * PANES; at < (owner + 1) * PANES; at++) {
      if (this.#calls[at] > 0 && this.#firstMs[at] < first) first = this.#firstMs[at];
    }
    return first;
  }

  lastMs(owner: number): number {
    return this.#lastMs[owner];
  }

  forget(owner: number, place: number): void {
    this.#calls[owner * PANES + place] = 0;
  }

  clear(owner: number): void {
    this.#calls.fill(0, owner * PANES, (owner + 1) * PANES);
    this.#lastMs[owner] = Number.NEGATIVE_INFINITY;
  }
}
