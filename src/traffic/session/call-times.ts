// When the calls in the window of each of many owners came: how many, the earliest and the latest.
import type { Rows } from './rows.js';
import { PANES } from './window.js';

/**
 * Of a row:
 *
 *     | earliest of pane 0, 1, 2, 3 (float64, ms) | latest of all (float64, ms) | calls of pane 0, 1, 2, 3 (uint32) |
 */
export class CallTimes {
  static readonly rowBytes = 8 * PANES + 8 + 4 * PANES;
  readonly #doubles: Float64Array;
  readonly #words: Uint32Array;
  readonly #rowDoubles: number;
  readonly #rowWords: number;
  readonly #firstAt: number;
  readonly #lastAt: number;
  readonly #callsAt: number;

  constructor(rows: Rows, offset: number) {
    this.#doubles = rows.doubles;
    this.#words = rows.words;
    this.#rowDoubles = rows.rowBytes / 8;
    this.#rowWords = rows.rowBytes / 4;
    this.#firstAt = offset / 8;
    this.#lastAt = this.#firstAt + PANES;
    this.#callsAt = (this.#lastAt + 1) * 2;
  }

  add(owner: number, place: number, timeMs: number): void {
    const doubles = this.#doubles;
    const first = owner * this.#rowDoubles + this.#firstAt + place;
    const last = owner * this.#rowDoubles + this.#lastAt;
    const calls = owner * this.#rowWords + this.#callsAt;
    if (this.#words[calls + place]++ === 0 || timeMs < doubles[first]) doubles[first] = timeMs;
    if (timeMs > doubles[last]) doubles[last] = timeMs;
  }

  calls(owner: number): number {
    const words = this.#words;
    const at = owner * this.#rowWords + this.#callsAt;
    return words[at] + words[at + 1] + words[at + 2] + words[at + 3];
  }

  firstMs(owner: number): number {
    const calls = owner * this.#rowWords + this.#callsAt;
    const first = owner * this.#rowDoubles + this.#firstAt;
    let firstMs = Number.POSITIVE_INFINITY;
    for (let place = 0; place < PANES; place++) {
      const timeMs = this.#doubles[first + place];
      if (this.#words[calls + place] > 0 && timeMs < firstMs) firstMs = timeMs;
    }
    return firstMs;
  }

  /** The latest is in the newest pane, which no window has lost. */
  lastMs(owner: number): number {
    return this.#doubles[owner * this.#rowDoubles + this.#lastAt];
  }

  forget(owner: number, place: number): void {
    this.#words[owner * this.#rowWords + this.#callsAt + place] = 0;
  }

  clear(owner: number): void {
    const calls = owner * this.#rowWords + this.#callsAt;
    this.#words.fill(0, calls, calls + PANES);
    this.#doubles[owner * this.#rowDoubles + this.#lastAt] = Number.NEGATIVE_INFINITY;
  }
}
