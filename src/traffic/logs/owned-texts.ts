// What was made of the texts that come again and again, such as addresses. A text that was cut out of a block of lines
// holds the whole block in memory for as long as it lives: only copies of texts are kept.

export class OwnedTexts<Value> {
  readonly #most: number;
  readonly #make: (text: string) => Value;
  readonly #values = new Map<string, Value>();

  /** @param most values to remember; then all are forgotten, which costs less than to know the oldest */
  constructor(most: number, make: (text: string) => Value) {
    this.#most = most;
    this.#make = make;
  }

  of(text: string): Value {
    let value = this.#values.get(text);
    if (value === undefined) {
      const own = ownText(text);
      value = this.#make(own);
      if (this.#values.size === this.#most) this.#values.clear();
      this.#values.set(own, value);
    }
    return value;
  }
}

/** A copy that shares no memory with what `text` was cut out of. */
export function ownText(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}
