// Reads the fields of a message of Protocol Buffers back, without knowing what they mean.

export type Fields = ReadonlyMap<number, readonly Field[]>;
export type Field = number | Buffer;

export function decodeFields(bytes: Uint8Array): Fields {
  const fields = new Map<number, Field[]>();
  const reader = new VarintReader(bytes);
  while (!reader.atEnd) {
    const key = reader.next();
    const length = reader.next();
    const number = Math.floor(key / 8);
    const value = key % 8 === 2 ? reader.take(length) : length;
    fields.set(number, [...(fields.get(number) ?? []), value]);
  }
  return fields;
}

export function decodeIntegers(packed: Field): number[] {
  const reader = new VarintReader(packed as Buffer);
  const values: number[] = [];
  while (!reader.atEnd) values.push(reader.next());
  return values;
}

export function decodeFloats(packed: Field): number[] {
  return Array.from(new Float32Array(Uint8Array.from(packed as Buffer).buffer));
}

export function textOf(field: Field | undefined): string {
  return String(field);
}

class VarintReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes);
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  next(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.#bytes[this.#at++];
      value += (byte % 0x80) * factor;
      if (byte < 0x80) return value;
      factor *= 0x80;
    }
  }

  take(length: number): Buffer {
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}
