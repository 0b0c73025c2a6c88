// What was worked out for keys that come again: of those used last, between `most` and twice as many.
import { ownText } from './own-text.js';

export class RecentMap<Value extends NonNullable<unknown>> {
  readonly #most: number;
  #newer = new Map<string, Value>();
  /** Was `#newer` before it was full. */
  #older = new Map<string, Value>();

  constructor(most: number) {
    this.#most = most;
  }

  get(key: string): Value | undefined {
    const value = this.#newer.get(key);
    if (value !== undefined) return value;
    const older = this.#older.get(key);
    if (older !== undefined) this.set(key, older);
    return older;
  }

  /** The key is copied: it may be cut out of a larger text. */
  set(key: string, value: Value): void {
    if (this.#newer.size === this.#most) {
      this.#older = this.#newer;
      this.#newer = new Map();
    }
    this.#newer.set(ownText(key), value);
  }
}
