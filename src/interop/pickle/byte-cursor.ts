// Reads a pickle's bytes in order; whatever would lie beyond the end is refused with its place.
import { badModelFile } from '../model-file-error.js';

const LINE_FEED = 10;
const LONGEST_LINE_BYTES = 256;

export class ByteCursor {
  offsetBytes = 0;
  readonly bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.bytes.length - this.offsetBytes;
  }

  uint8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  /** Exact below 2^53; beyond, it is more than any file has. */
  uint64(): number {
    return Number(this.#view.getBigUint64(this.#advance(8), true));
  }

  float64BigEndian(): number {
    return this.#view.getFloat64(this.#advance(8), false);
  }

  /** A view of the next `length` bytes. */
  take(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.bytes.subarray(start, start + length);
  }

  /** The bytes up to the next line feed, which is skipped. */
  line(): Uint8Array {
    const start = this.offsetBytes;
    const end = this.bytes.subarray(start, start + LONGEST_LINE_BYTES).indexOf(LINE_FEED);
    if (end < 0) throw badModelFile(`pickle: no end of the line that starts at byte ${start}`);
    this.offsetBytes = start + end + 1;
    return this.bytes.subarray(start, start + end);
  }

  #advance(length: number): number {
    const start = this.offsetBytes;
    if (length > this.left) {
      throw badModelFile(
        `pickle: cut off: ${length} bytes expected at byte ${start}, ${this.left} are left`,
      );
    }
    this.offsetBytes = start + length;
    return start;
  }
}
