// Slots by key, the one longest unused first to go: a map, and a doubly linked list through typed arrays.

const NONE = -1;

export class SlotTable {
  readonly #slotByKey = new Map<string, number>();
  readonly #keys: string[] = [];
  /** [capacity] neighbours in the order of use. */
  readonly #newer: Int32Array;
  readonly #older: Int32Array;
  readonly #free: number[] = [];
  #newest = NONE;
  #oldest = NONE;

  constructor(readonly capacity: number) {
    this.#newer = new Int32Array(capacity);
    this.#older = new Int32Array(capacity);
  }

  get size(): number {
    return this.#slotByKey.size;
  }

  get isFull(): boolean {
    return this.size === this.capacity;
  }

  /** Longest unused; −1 of an empty table. */
  get oldest(): number {
    return this.#oldest;
  }

  /** −1 where there is none. */
  find(key: string): number {
    return this.#slotByKey.get(key) ?? NONE;
  }

  /** A slot for a new key; the table is not full. */
  add(key: string): number {
    // The map holds as many slots as were ever given out and not freed, so that a new one has the next number.
    const slot = this.#free.pop() ?? this.#keys.length;
    this.#keys[slot] = key;
    this.#slotByKey.set(key, slot);
    this.#append(slot);
    return slot;
  }

  touch(slot: number): void {
    if (slot === this.#newest) return;
    this.#unlink(slot);
    this.#append(slot);
  }

  /** Returns the key that had the slot. */
  remove(slot: number): string {
    const key = this.#keys[slot];
    this.#unlink(slot);
    this.#slotByKey.delete(key);
    this.#keys[slot] = '';
    this.#free.push(slot);
    return key;
  }

  #append(slot: number): void {
    this.#older[slot] = this.#newest;
    this.#newer[slot] = NONE;
    if (this.#newest === NONE) this.#oldest = slot;
    else this.#newer[this.#newest] = slot;
    this.#newest = slot;
  }

  #unlink(slot: number): void {
    const [older, newer] = [this.#older[slot], this.#newer[slot]];
    if (older === NONE) this.#oldest = newer;
    else this.#newer[older] = newer;
    if (newer === NONE) this.#newest = older;
    else this.#older[newer] = older;
  }
}
