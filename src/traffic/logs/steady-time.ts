// A clock that jumps for one line and back: the line takes the time of the one before. What lasts for longer is followed,
// as nights without calls are.
import type { LogCounts } from './log-counts.js';
import type { LoggedCall } from './logged-call.js';

export class SteadyTime {
  readonly #windowMs: number;
  readonly #counts: LogCounts;
  #lastMs = Number.NaN;
  /** A call far off the one before, until the next one tells which of them is alone. */
  #held: LoggedCall | undefined;

  constructor(windowMs: number, counts: LogCounts) {
    this.#windowMs = windowMs;
    this.#counts = counts;
  }

  /** Appends the calls to `calls` whose time is settled: this one, or none, or also the one before. */
  add(call: LoggedCall, calls: LoggedCall[]): void {
    if (this.#held !== undefined) this.#settle(this.#held, this.#isNear(call), calls);
    if (!this.#isNear(call)) {
      this.#held = call;
      return;
    }
    if (call.timeMs < this.#lastMs) this.#counts.outOfOrder++;
    this.#lastMs = call.timeMs;
    calls.push(call);
  }

  /** Appends the last call, if it is still held. */
  end(calls: LoggedCall[]): void {
    if (this.#held !== undefined) this.#settle(this.#held, false, calls);
  }

  #settle(held: LoggedCall, isAlone: boolean, calls: LoggedCall[]): void {
    this.#held = undefined;
    if (isAlone) this.#counts.timeJumps++;
    else this.#lastMs = held.timeMs;
    calls.push(isAlone ? { ...held, timeMs: this.#lastMs } : held);
  }

  #isNear({ timeMs }: LoggedCall): boolean {
    return !(Math.abs(timeMs - this.#lastMs) > this.#windowMs);
  }
}
