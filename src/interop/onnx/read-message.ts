// The fields of one Protocol Buffers message (protobuf.dev, "Encoding"), in the order in which they stand.
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { AnomalyPredictorError } from '../../errors.js';
import { badModelFile } from '../model-file-error.js';
import type { NumberList } from './number-list.js';

/** Varints of at most so many bytes fit into 28 bits. */
const SHORT_VARINT_BYTES = 4;

/** One field at a time; whoever gets it reads it by one call, or leaves it. */
export class FieldReader {
  number = 0;
  readonly #reader: BinaryReader;
  #wireType = WireType.Varint;
  #start = 0;

  constructor(bytes: Uint8Array) {
    this.#reader = new BinaryReader(bytes);
  }

  /** False at the end of the message. */
  next(): boolean {
    const reader = this.#reader;
    if (reader.pos >= reader.len) return false;
    [this.number, this.#wireType] = reader.tag();
    this.#start = reader.pos;
    return true;
  }

  skipUnread(): void {
    if (this.#reader.pos === this.#start) this.#reader.skip(this.#wireType, this.number);
  }

  /** @throws Error where the number is not exact in float64 */
  integer(): number {
    this.#expect(WireType.Varint);
    return this.#varint();
  }

  float(): number {
    this.#expect(WireType.Bit32);
    return this.#reader.float();
  }

  text(): string {
    this.#expect(WireType.LengthDelimited);
    return this.#reader.string(true);
  }

  /** A view of the message's bytes. */
  bytes(): Uint8Array {
    this.#expect(WireType.LengthDelimited);
    return this.#reader.bytes();
  }

  /** Appends one number, or all of a packed field. */
  integersInto(list: NumberList): void {
    this.#readInto(list, WireType.Varint, () => this.#varint());
  }

  floatsInto(list: NumberList): void {
    this.#readInto(list, WireType.Bit32, () => this.#reader.float());
  }

  doublesInto(list: NumberList): void {
    this.#readInto(list, WireType.Bit64, () => this.#reader.double());
  }

  #readInto(list: NumberList, alone: WireType, read: () => number): void {
    if (this.#wireType === alone) {
      list.push(read());
      return;
    }
    this.#expect(WireType.LengthDelimited);
    const reader = this.#reader;
    const length = reader.uint32();
    const end = reader.pos + length;
    if (end > reader.len) throw new RangeError(`${length} bytes are declared, fewer follow`);
    while (reader.pos < end) list.push(read());
    if (reader.pos > end) throw new RangeError('a number goes beyond its field');
  }

  #varint(): number {
    const reader = this.#reader;
    const start = reader.pos;
    const low = reader.uint32();
    if (reader.pos - start <= SHORT_VARINT_BYTES) return low;
    reader.pos = start;
    const value = Number(reader.int64());
    if (!Number.isSafeInteger(value)) throw new RangeError(`the integer ${value} is too large`);
    return value;
  }

  #expect(wireType: WireType): void {
    if (this.#wireType !== wireType) {
      throw new Error(`field ${this.number} has wire type ${this.#wireType}, not ${wireType}`);
    }
  }
}

/**
 * Calls `onField` with every field of the message in `bytes`.
 * @throws AnomalyPredictorError 'bad-model-file' that names `place`
 */
export function readMessage(
  bytes: Uint8Array,
  place: string,
  onField: (field: FieldReader) => void,
): void {
  try {
    const field = new FieldReader(bytes);
    while (field.next()) {
      onField(field);
      field.skipUnread();
    }
  } catch (error) {
    if (error instanceof AnomalyPredictorError) throw error;
    throw badModelFile(`not an ONNX file: ${place}: ${(error as Error).message}`, error);
  }
}
