// Where a decoder writes: grows as it is written to, never beyond its limit.
import { badModelFile } from '../model-file-error.js';

const FIRST_BYTES = 64 * 1024;

export class BoundedOutput {
  /** Written up to `length`. */
  bytes: Uint8Array;
  length = 0;
  readonly #mostBytes: number;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
    this.bytes = new Uint8Array(Math.min(FIRST_BYTES, mostBytes));
  }

  /** Makes room for `count` bytes at `length`, which the caller then raises. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    if (needed > this.#mostBytes) throw tooLarge(this.#mostBytes);
    const grown = new Uint8Array(
      Math.min(Math.max(2 * this.bytes.length, needed), this.#mostBytes),
    );
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  write(chunk: Uint8Array): void {
    this.reserve(chunk.length);
    this.bytes.set(chunk, this.length);
    this.length += chunk.length;
  }

  writeByte(byte: number): void {
    if (this.length === this.bytes.length) this.reserve(1);
    this.bytes[this.length++] = byte;
  }

  /** What was written; a view. */
  written(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }
}

export function tooLarge(mostBytes: number) {
  return badModelFile(
    `the compressed file holds more than ${mostBytes} bytes; write it with compress=False`,
  );
}
