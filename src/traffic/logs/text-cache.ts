// What was made of texts that come again and again, such as names of users.
import { ownText } from '../own-text.js';
import { textHash } from '../session/text-hash.js';

/** Longer ones are rare, and would take much memory. */
const LONGEST_KEPT = 256;

export class OwnedTexts<Value> {
  readonly #make: (text: string) => Value;
  /** [a power of 2] by hash; a text takes the place of another, so that one that is frequent is soon back. */
  readonly #texts: (string | undefined)[];
  readonly #values: (Value | undefined)[];

  /** @param most values to remember, a power of 2 */
  constructor(most: number, make: (text: string) => Value) {
    this.#make = make;
    this.#texts = new Array(most).fill(undefined);
    this.#values = new Array(most).fill(undefined);
  }

  of(text: string): Value {
    if (text.length > LONGEST_KEPT) return this.#make(ownText(text));
    const place = textHash(text) & (this.#texts.length - 1);
    if (this.#texts[place] === text) return this.#values[place] as Value;
    const own = ownText(text);
    const value = this.#make(own);
    this.#texts[place] = own;
    this.#values[place] = value;
    return value;
  }
}
