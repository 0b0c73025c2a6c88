// The requests that a uWebSockets.js server has under way: counts them for a graceful close, and closes
// clients that stall.
import type { HttpResponse } from 'uWebSockets.js';

/** A request that waits for its client, again and again. */
export interface Watched {
  readonly res: HttpResponse;
  /** False while the socket is paused for backpressure. */
  readonly isReading: boolean;
  /** Has the client stalled for too long? */
  isOverdue(nowMs: number): boolean;
}

const LONGEST_SWEEP_MS = 2000;

/**
 * uWebSockets.js closes a connection after 8 to 12 s without progress, and any upload below 16 KiB/s; pause() and
 * resume() set that timer anew. So sweeping more often than that leaves `idleTimeoutMs` alone to decide.
 */
export class UwsInFlight {
  readonly idleTimeoutMs: number;
  /** From now on every reply closes its connection. */
  isDraining = false;
  #count = 0;
  #onIdle: (() => void) | undefined;
  readonly #watched = new Set<Watched>();
  readonly #sweep: NodeJS.Timeout;

  constructor(idleTimeoutMs: number) {
    this.idleTimeoutMs = idleTimeoutMs;
    const sweepMs = Math.min(LONGEST_SWEEP_MS, Math.ceil(idleTimeoutMs / 4));
    this.#sweep = setInterval(() => this.#closeStalled(), sweepMs).unref();
  }

  begin(): void {
    this.#count += 1;
  }

  finish(): void {
    this.#count -= 1;
    if (this.#count === 0) this.#onIdle?.();
  }

  watch(request: Watched): void {
    this.#watched.add(request);
  }

  unwatch(request: Watched): void {
    this.#watched.delete(request);
  }

  /** Resolves when no request is under way. */
  async drain(): Promise<void> {
    this.isDraining = true;
    if (this.#count > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
    clearInterval(this.#sweep);
  }

  #closeStalled(): void {
    const nowMs = Date.now();
    for (const request of this.#watched) {
      const { res, isReading } = request;
      if (request.isOverdue(nowMs)) {
        res.close();
        continue;
      }
      res.pause();
      // Without a pause() before it, resume() stops the socket from reading.
      if (isReading) res.resume();
    }
  }
}
