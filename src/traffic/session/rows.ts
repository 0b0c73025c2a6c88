// Memory of many owners, a row of bytes for each: what a call touches of its owner lies in a few cache lines.

export class Rows {
  /** The same memory four times. */
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  readonly floats: Float32Array;
  readonly doubles: Float64Array;

  /** @param rowBytes a multiple of 8 */
  constructor(
    nOwners: number,
    readonly rowBytes: number,
  ) {
    const buffer = new ArrayBuffer(nOwners * rowBytes);
    this.bytes = new Uint8Array(buffer);
    this.words = new Uint32Array(buffer);
    this.floats = new Float32Array(buffer);
    this.doubles = new Float64Array(buffer);
  }
}
