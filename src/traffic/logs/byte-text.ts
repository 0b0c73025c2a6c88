// A piece of a log as the bytes that it has there, so that what is known already need not become a text. Offsets are in bytes,
// ends are excluded, and bytes are read-only. One serves many lines: it is what it was set to last.

const NOTHING: Buffer = Buffer.alloc(0);

export class ByteText {
  bytes = NOTHING;
  start = 0;
  end = 0;

  get length(): number {
    return this.end - this.start;
  }

  /** The bytes are shared, not copied. */
  set(bytes: Buffer, start: number, end: number): void {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }

  setBytes(bytes: Buffer): void {
    this.set(bytes, 0, bytes.length);
  }

  setText(text: string): void {
    this.setBytes(Buffer.from(text));
  }

  clear(): void {
    this.set(NOTHING, 0, 0);
  }

  /** Whether it is what stands from `start` to `end`. */
  equals(bytes: Buffer, start: number, end: number): boolean {
    if (end - start !== this.length) return false;
    let at = this.start;
    while (at < this.end && this.bytes[at] === bytes[start + at - this.start]) at++;
    return at === this.end;
  }

  /** Whether it is this one byte. */
  isByte(byte: number): boolean {
    return this.length === 1 && this.bytes[this.start] === byte;
  }

  /** Where the byte stands first; the end where it does not. */
  find(byte: number): number {
    return findByte(this.bytes, byte, this.start, this.end);
  }

  /** Read as UTF-8; shares no memory with the log. */
  toString(): string {
    return this.bytes.toString('utf8', this.start, this.end);
  }
}

/** Where `byte` stands first from `start` on; `end` where it does not. For what is near, as a call of indexOf takes longer. */
export function findByte(bytes: Buffer, byte: number, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== byte) at++;
  return at;
}

/** Whether `expected` stands at `start`. */
export function hasBytesAt(bytes: Buffer, start: number, expected: Buffer): boolean {
  for (let i = 0; i < expected.length; i++) {
    if (bytes[start + i] !== expected[i]) return false;
  }
  return true;
}
