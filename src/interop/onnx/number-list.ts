// Numbers of which a file does not say beforehand how many there are.

type Numbers = Float32Array | Float64Array | Int32Array;

const FIRST_CAPACITY = 8;

/** Takes memory as numbers come, never as they are announced. */
export class NumberList<Values extends Numbers = Numbers> {
  #values: Values;
  #length = 0;
  readonly #most: number;
  readonly #TypedArray: new (
    length: number,
  ) => Values;

  /** `most`: refuses to take more numbers. */
  constructor(TypedArray: new (length: number) => Values, most = Number.POSITIVE_INFINITY) {
    this.#TypedArray = TypedArray;
    this.#most = most;
    this.#values = new TypedArray(0);
  }

  get length(): number {
    return this.#length;
  }

  /** @throws RangeError where the element type cannot hold an integer, or there are too many */
  push(value: number): void {
    if (this.#length >= this.#most) {
      throw new RangeError(`there are more than ${this.#most} numbers in a list`);
    }
    if (this.#length === this.#values.length) this.#grow();
    this.#values[this.#length++] = value;
    if (this.#values instanceof Int32Array && (value | 0) !== value) {
      throw new RangeError(`the integer ${value} does not fit into 32 bits`);
    }
  }

  /** A view. */
  get values(): Values {
    return this.#values.subarray(0, this.#length) as Values;
  }

  #grow(): void {
    const grown = new this.#TypedArray(Math.max(FIRST_CAPACITY, 2 * this.#length));
    grown.set(this.#values);
    this.#values = grown;
  }
}
