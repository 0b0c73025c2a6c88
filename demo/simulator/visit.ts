// A client's way through the shop as it happens: its clock, its identity, and the requests that it has sent so far.
import type { Draw, Range } from './draw.js';
import { CUSTOMER } from './ranges.js';
import type { Identity, ShopRequest } from './shop-request.js';

const MS_PER_SECOND = 1_000;
const MS_PER_MINUTE = 60_000;

export interface TimedRequest extends ShopRequest {
  /** Milliseconds since 1970. */
  readonly timeMs: number;
}

export class Visit {
  readonly requests: TimedRequest[] = [];
  readonly draw: Draw;
  readonly #thinkSeconds: number;
  who: Identity = {};
  timeMs: number;

  /** @param thinkSeconds range of the usual time on a page */
  constructor(draw: Draw, timeMs: number, thinkSeconds: Range = CUSTOMER.thinkSeconds) {
    this.draw = draw;
    this.timeMs = timeMs;
    this.#thinkSeconds = draw.scaleBetween(thinkSeconds);
  }

  /** Sends what a page needs, in quick succession. */
  load(...requests: readonly ShopRequest[]): void {
    requests.forEach((request, i) => {
      if (i > 0) this.timeMs += this.draw.scaleBetween(CUSTOMER.burstGapMs);
      this.requests.push({ ...request, timeMs: this.timeMs });
    });
  }

  wait(range: Range, unitMs = MS_PER_SECOND): void {
    this.timeMs += this.draw.scaleBetween(range) * unitMs;
  }

  /** `seconds`, early or late by up to a share of it. */
  waitAbout(seconds: number, jitter: number): void {
    this.timeMs += seconds * MS_PER_SECOND * this.draw.between([1 - jitter, 1 + jitter]);
  }

  /** Reads a page. */
  think(): void {
    const { draw } = this;
    this.timeMs += draw.around(this.#thinkSeconds, CUSTOMER.thinkSpread) * MS_PER_SECOND;
    if (draw.chance(CUSTOMER.pauseChance)) this.wait(CUSTOMER.pauseMinutes, MS_PER_MINUTE);
  }
}
