// Gathers a body that arrives in several chunks, in shared memory: the engine hands it to a worker
// thread without another copy.
import { copyIntoShared, giveBackShared, takeShared } from '../../shared-memory.js';

const SMALLEST_CAPACITY_BYTES = 64 * 1024;

export class BodyBuffer {
  readonly #limitBytes: number;
  #bytes: Uint8Array<SharedArrayBuffer>;
  #length = 0;

  /**
   * With a declared length (at most `limitBytes`) the memory has that size and is touched only as far as data
   * arrives; without one it doubles as it fills.
   */
  constructor(limitBytes: number, declaredBytes: number | undefined) {
    this.#limitBytes = limitBytes;
    this.#bytes = takeShared(declaredBytes ?? Math.min(SMALLEST_CAPACITY_BYTES, limitBytes));
  }

  /** Copies `chunk`; false, with nothing copied, when the body would pass the limit. */
  append(chunk: Uint8Array): boolean {
    const length = this.#length + chunk.length;
    if (length > this.#limitBytes) {
      return false;
    }
    if (length > this.#bytes.length) {
      const grown = takeShared(
        Math.min(Math.max(length, this.#bytes.length * 2), this.#limitBytes),
      );
      grown.set(this.#bytes.subarray(0, this.#length));
      giveBackShared(this.#bytes);
      this.#bytes = grown;
    }
    copyIntoShared(chunk, this.#bytes, this.#length);
    this.#length = length;
    return true;
  }

  /** What was gathered so far, backed by a SharedArrayBuffer. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}
