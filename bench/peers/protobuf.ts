// Writes Protocol Buffers: fields of a message, each a key and a value (protobuf.dev, "Encoding").

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIRST_CAPACITY_BYTES = 256;
const LONGEST_VARINT_BYTES = 10;

/** One message; nested ones are messages of their own that are put in as bytes. */
export class ProtobufMessage {
  #bytes = new Uint8Array(FIRST_CAPACITY_BYTES);
  #length = 0;

  /** What was written so far, a view. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** `value`: a whole number from 0 to 2⁵³ − 1 */
  integer(field: number, value: number): this {
    this.#key(field, VARINT);
    this.#varint(value);
    return this;
  }

  message(field: number, message: ProtobufMessage): this {
    return this.#delimited(field, message.bytes);
  }

  text(field: number, text: string): this {
    return this.#delimited(field, Buffer.from(text));
  }

  /** Packed, as float32. */
  floats(field: number, values: ArrayLike<number>): this {
    return this.#delimited(field, new Uint8Array(Float32Array.from(values).buffer));
  }

  /** Packed; each as for `integer`. */
  integers(field: number, values: ArrayLike<number>): this {
    const packed = new ProtobufMessage();
    for (let i = 0; i < values.length; i++) packed.#varint(values[i]);
    return this.message(field, packed);
  }

  #key(field: number, wireType: number): void {
    this.#varint(field * 8 + wireType);
  }

  /** Seven bits a byte, the lowest first; the top bit says that more follow. */
  #varint(value: number): void {
    this.#reserve(LONGEST_VARINT_BYTES);
    let rest = value;
    while (rest > 0x7f) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#length++] = rest;
  }

  #delimited(field: number, bytes: Uint8Array): this {
    this.#key(field, LENGTH_DELIMITED);
    this.#varint(bytes.length);
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  #reserve(nBytes: number): void {
    if (this.#length + nBytes <= this.#bytes.length) return;
    const grown = new Uint8Array(2 * (this.#length + nBytes));
    grown.set(this.bytes);
    this.#bytes = grown;
  }
}
