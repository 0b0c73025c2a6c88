// What was made of texts that come again and again, such as names of users, found by their bytes in the log.
import { bytesHash } from '../session/text-hash.js';
import type { ByteText } from './byte-text.js';

/** In place of a length. */
const NOTHING = 0xff;

export class TextCache<Value> {
  readonly #make: (text: string) => Value;
  readonly #rowBytes: number;
  /** [places × rowBytes] by hash: the length of a text, and its bytes. A text takes the place of another, so that one that is
   *  frequent is soon back. */
  readonly #rows: Uint8Array;
  /** [places] */
  readonly #values: (Value | undefined)[];

  /**
   * @param places a power of 2
   * @param rowBytes of a text with its length, at most 255; of longer ones everything is made anew
   */
  constructor(places: number, rowBytes: number, make: (text: string) => Value) {
    this.#make = make;
    this.#rowBytes = rowBytes;
    this.#rows = new Uint8Array(places * rowBytes).fill(NOTHING);
    this.#values = new Array(places).fill(undefined);
  }

  of(text: ByteText): Value {
    const { bytes, start, end } = text;
    const length = end - start;
    if (length >= this.#rowBytes) return this.#make(text.toString());
    const place = bytesHash(bytes, start, end) & (this.#values.length - 1);
    const row = place * this.#rowBytes;
    const rows = this.#rows;
    if (rows[row] === length) {
      let i = 0;
      while (i < length && rows[row + 1 + i] === bytes[start + i]) i++;
      if (i === length) return this.#values[place] as Value;
    }
    const value = this.#make(text.toString());
    rows[row] = length;
    for (let i = 0; i < length; i++) rows[row + 1 + i] = bytes[start + i];
    this.#values[place] = value;
    return value;
  }
}
