// How many distinct texts each of many owners saw in its window, in memory of fixed size. Up to a limit every hash is
// kept with the pane in which it was seen last, and the count is exact but for texts of equal 32-bit hashes. Beyond it,
// until the owner is cleared, a HyperLogLog for each pane takes the same bytes, and the window's count is the estimate
// of their union (Flajolet et al. 2007, with linear counting for small counts), of standard error 1.04 / √registers.
import { ageOf, PANES } from './window.js';

/** Of an entry: its hash, and the place of its pane. */
const BYTES_PER_ENTRY = 5;
const BYTES_PER_HASH = 4;
/** Stands for the number of entries of an owner whose bytes are registers. */
const ESTIMATED = 0xffff;
/** [33] 2^−rank */
const POWERS = Float64Array.from({ length: 33 }, (_, rank) => 2 ** -rank);

/**
 * An owner's bytes, [registers × PANES]:
 *
 *     exact      | hash 0 | hash 1 | … | hash n−1 | place 0, place 1, … place n−1 |
 *     estimated  | register 0 of place 0, 1, 2, 3 | register 1 of place 0, 1, 2, 3 | … |
 */
export class DistinctCounts {
  /** Largest count that is exact. */
  readonly mostExact: number;
  readonly #registers: number;
  readonly #bytesPerOwner: number;
  readonly #bytes: Uint8Array;
  /** The same memory. */
  readonly #words: Uint32Array;
  /** [nOwners] entries, or ESTIMATED */
  readonly #nEntries: Uint16Array;
  /** [nOwners] of the union of the panes: sum of 2^−rank, exact in 64 bits, and registers of rank 0. */
  readonly #sums: Float64Array;
  readonly #nEmpty: Uint16Array;
  /** [mostExact] of an owner that changes from exact to estimated. */
  readonly #oldWords: Uint32Array;
  readonly #oldPlaces: Uint8Array;

  /** @param registers for each pane: a power of 2, 16 or more */
  constructor(nOwners: number, registers: number) {
    this.#registers = registers;
    this.#bytesPerOwner = registers * PANES;
    this.mostExact = Math.floor(this.#bytesPerOwner / BYTES_PER_ENTRY);
    this.#bytes = new Uint8Array(nOwners * this.#bytesPerOwner);
    this.#words = new Uint32Array(this.#bytes.buffer);
    this.#nEntries = new Uint16Array(nOwners);
    this.#sums = new Float64Array(nOwners);
    this.#nEmpty = new Uint16Array(nOwners);
    this.#oldWords = new Uint32Array(this.mostExact);
    this.#oldPlaces = new Uint8Array(this.mostExact);
  }

  /** @param hash 32 bits, as `textHash` gives them */
  add(owner: number, hash: number, place: number, newestPlace: number): void {
    const n = this.#nEntries[owner];
    if (n === ESTIMATED) {
      this.#raise(owner, hash, place);
      return;
    }
    const words = this.#wordsOf(owner);
    const places = this.#placesOf(owner);
    for (let i = 0; i < n; i++) {
      if (this.#words[words + i] !== hash) continue;
      if (ageOf(place, newestPlace) < ageOf(this.#bytes[places + i], newestPlace)) {
        this.#bytes[places + i] = place;
      }
      return;
    }
    if (n === this.mostExact) {
      this.#estimateFromNow(owner);
      this.#raise(owner, hash, place);
      return;
    }
    this.#words[words + n] = hash;
    this.#bytes[places + n] = place;
    this.#nEntries[owner] = n + 1;
  }

  /** A whole number up to `mostExact`, an estimate once the window held more. */
  count(owner: number): number {
    const n = this.#nEntries[owner];
    return n === ESTIMATED ? this.#estimate(owner) : n;
  }

  /** Forgets what was seen last in the pane at `place`, which a new pane takes. */
  forget(owner: number, place: number): void {
    const n = this.#nEntries[owner];
    if (n === ESTIMATED) {
      const end = (owner + 1) * this.#bytesPerOwner;
      for (let at = owner * this.#bytesPerOwner + place; at < end; at += PANES) this.#bytes[at] = 0;
      this.#sumUp(owner);
      return;
    }
    const words = this.#wordsOf(owner);
    const places = this.#placesOf(owner);
    let kept = 0;
    for (let i = 0; i < n; i++) {
      if (this.#bytes[places + i] === place) continue;
      this.#words[words + kept] = this.#words[words + i];
      this.#bytes[places + kept] = this.#bytes[places + i];
      kept++;
    }
    this.#nEntries[owner] = kept;
  }

  clear(owner: number): void {
    this.#nEntries[owner] = 0;
  }

  #wordsOf(owner: number): number {
    return (owner * this.#bytesPerOwner) / BYTES_PER_HASH;
  }

  #placesOf(owner: number): number {
    return owner * this.#bytesPerOwner + this.mostExact * BYTES_PER_HASH;
  }

  #estimateFromNow(owner: number): void {
    const words = this.#wordsOf(owner);
    const places = this.#placesOf(owner);
    this.#oldWords.set(this.#words.subarray(words, words + this.mostExact));
    this.#oldPlaces.set(this.#bytes.subarray(places, places + this.mostExact));
    const start = owner * this.#bytesPerOwner;
    this.#bytes.fill(0, start, start + this.#bytesPerOwner);
    this.#nEntries[owner] = ESTIMATED;
    this.#sumUp(owner);
    for (let i = 0; i < this.mostExact; i++) {
      this.#raise(owner, this.#oldWords[i], this.#oldPlaces[i]);
    }
  }

  /** The low bits of the hash choose a register, the others give its rank: leading zeros + 1. */
  #raise(owner: number, hash: number, place: number): void {
    const m = this.#registers;
    const indexBits = 31 - Math.clz32(m);
    const first = owner * this.#bytesPerOwner + (hash & (m - 1)) * PANES;
    const rank = Math.min(Math.clz32(hash >>> indexBits) - indexBits, 32 - indexBits) + 1;
    if (this.#bytes[first + place] >= rank) return;
    const before = this.#rankAt(first);
    this.#bytes[first + place] = rank;
    if (before >= rank) return;
    this.#sums[owner] += POWERS[rank] - POWERS[before];
    if (before === 0) this.#nEmpty[owner]--;
  }

  #sumUp(owner: number): void {
    const end = (owner + 1) * this.#bytesPerOwner;
    let sum = 0;
    let nEmpty = 0;
    for (let first = owner * this.#bytesPerOwner; first < end; first += PANES) {
      const rank = this.#rankAt(first);
      sum += POWERS[rank];
      if (rank === 0) nEmpty++;
    }
    this.#sums[owner] = sum;
    this.#nEmpty[owner] = nEmpty;
  }

  /** Of the union of the panes, in the register whose bytes begin at `first`. */
  #rankAt(first: number): number {
    const bytes = this.#bytes;
    return Math.max(bytes[first], bytes[first + 1], bytes[first + 2], bytes[first + 3]);
  }

  #estimate(owner: number): number {
    const m = this.#registers;
    const nEmpty = this.#nEmpty[owner];
    const estimate = (biasOf(m) * m * m) / this.#sums[owner];
    return estimate <= 2.5 * m && nEmpty > 0 ? m * Math.log(m / nEmpty) : estimate;
  }
}

/** α of the paper. */
function biasOf(m: number): number {
  if (m === 16) return 0.673;
  if (m === 32) return 0.697;
  if (m === 64) return 0.709;
  return 0.7213 / (1 + 1.079 / m);
}
