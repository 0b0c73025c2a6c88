// The body of a streamed request between a socket that pushes and a handler that pulls: holds a
// bounded number of bytes by pausing the socket.
import { ClientGoneError } from '../http.js';

/** The reading side of a socket. */
export interface Flow {
  pause(): void;
  resume(): void;
}

/**
 * The socket is paused above this. What it had already read still comes; on uWS that is all that a sender can keep
 * its socket filled with, 512 KiB at a time, so that one as fast as memory gets tens of MB ahead.
 */
const PAUSE_ABOVE_BYTES = 256 * 1024;

export class InputQueue implements AsyncIterable<Uint8Array> {
  readonly #flow: Flow;
  readonly #chunks: Uint8Array[] = [];
  #queuedBytes = 0;
  #state: 'open' | 'ended' | 'gone' = 'open';
  #isPaused = false;
  #wake: (() => void) | undefined;

  constructor(flow: Flow) {
    this.#flow = flow;
  }

  /** The body has arrived as a whole, though perhaps not yet been pulled. */
  get hasEnded(): boolean {
    return this.#state === 'ended';
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Somebody pulls and nothing is there: the client has to move. */
  get isStarved(): boolean {
    return this.#wake !== undefined;
  }

  /** The queue keeps `chunk`. */
  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#queuedBytes += chunk.length;
    if (this.#queuedBytes > PAUSE_ABOVE_BYTES && !this.isStarved) {
      this.#isPaused = true;
      this.#flow.pause();
    }
    this.#wakeReader();
  }

  end(): void {
    this.#state = 'ended';
    this.#wakeReader();
  }

  /** The client went away. */
  fail(): void {
    this.#state = 'gone';
    this.#wakeReader();
  }

  /** Drops what is queued, for a handler that wants no more, and lets the socket read on. */
  discard(): void {
    this.#chunks.length = 0;
    this.#queuedBytes = 0;
    this.#resume();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      if (this.#state === 'gone') {
        throw new ClientGoneError('the client went away while sending');
      }
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) {
        this.#queuedBytes -= chunk.length;
        yield chunk;
      } else if (this.#state === 'ended') {
        return;
      } else {
        this.#resume();
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  #resume(): void {
    if (this.#isPaused) {
      this.#isPaused = false;
      this.#flow.resume();
    }
  }

  #wakeReader(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
