// How many distinct texts each of many owners saw in its window, in memory of fixed size. Up to a limit every text's hash
// is kept with the pane in which it was seen last, and the count is exact but for texts of equal 30-bit hashes. Beyond
// it, until the owner is cleared, a HyperLogLog for each pane takes the same bytes, and the window's count is the
// estimate of their union (Flajolet et al. 2007, with linear counting for small counts), of standard error
// 1.04 / √registers.
import type { Rows } from './rows.js';
import { ageOf, PANES } from './window.js';

/** An entry is 30 bits of a hash and 2 for a place. */
const PLACE_BITS = 2;
const PLACE_MASK = (1 << PLACE_BITS) - 1;
/** Stands for the number of entries of an owner that has registers. */
const ESTIMATED = 0xffff_ffff;
const HEADER_BYTES = 16;
/** [31] 2^−rank */
const POWERS = Float64Array.from({ length: 31 }, (_, rank) => 2 ** -rank);

/**
 * Of a row, where the sum and the empty registers are those of the union of the panes:
 *
 *     | entries (uint32) | empty registers (uint32) | sum of 2^−rank (float64, exact) | entries or registers |
 *
 *     entries    | entry 0 (uint32) | entry 1 | … |
 *     registers  | register 0 of place 0, 1, 2, 3 (uint8) | register 1 of place 0, 1, 2, 3 | … |
 */
export class DistinctCounts {
  /** Largest count that is exact. */
  readonly mostExact: number;
  readonly #registers: number;
  readonly #bytes: Uint8Array;
  readonly #words: Uint32Array;
  readonly #doubles: Float64Array;
  readonly #rowWords: number;
  readonly #headerAt: number;
  /** [mostExact] of an owner that changes from entries to registers. */
  readonly #oldEntries: Uint32Array;

  /** @param registers for each pane: a power of 2, 16 or more */
  constructor(rows: Rows, offset: number, registers: number) {
    this.mostExact = registers;
    this.#registers = registers;
    this.#bytes = rows.bytes;
    this.#words = rows.words;
    this.#doubles = rows.doubles;
    this.#rowWords = rows.rowBytes / 4;
    this.#headerAt = offset / 4;
    this.#oldEntries = new Uint32Array(registers);
  }

  static rowBytes(registers: number): number {
    return HEADER_BYTES + registers * PANES;
  }

  /** @param hash 32 bits, as `textHash` gives them */
  add(owner: number, hash: number, place: number, newestPlace: number): void {
    const words = this.#words;
    const header = this.#headerOf(owner);
    const n = words[header];
    if (n === ESTIMATED) {
      this.#raise(header, hash, place);
      return;
    }
    const start = header + HEADER_BYTES / 4;
    for (let at = start; at < start + n; at++) {
      const entry = words[at];
      if ((entry ^ hash) >>> PLACE_BITS !== 0) continue;
      if (ageOf(place, newestPlace) < ageOf(entry & PLACE_MASK, newestPlace)) {
        words[at] = entryOf(hash, place);
      }
      return;
    }
    if (n === this.mostExact) {
      this.#estimateFromNow(header);
      this.#raise(header, hash, place);
      return;
    }
    words[start + n] = entryOf(hash, place);
    words[header] = n + 1;
  }

  /** A whole number up to `mostExact`, an estimate once the window held more. */
  count(owner: number): number {
    const header = this.#headerOf(owner);
    const n = this.#words[header];
    return n === ESTIMATED ? this.#estimate(header) : n;
  }

  /** Forgets what was seen last in the pane at `place`, which a new pane takes. */
  forget(owner: number, place: number): void {
    const header = this.#headerOf(owner);
    const n = this.#words[header];
    if (n === ESTIMATED) {
      const first = this.#firstRegisterOf(header);
      for (let register = 0; register < this.#registers; register++) {
        this.#bytes[first + register * PANES + place] = 0;
      }
      this.#sumUp(header);
      return;
    }
    const start = header + HEADER_BYTES / 4;
    let end = start;
    for (let at = start; at < start + n; at++) {
      if ((this.#words[at] & PLACE_MASK) !== place) this.#words[end++] = this.#words[at];
    }
    this.#words[header] = end - start;
  }

  clear(owner: number): void {
    this.#words[this.#headerOf(owner)] = 0;
  }

  #headerOf(owner: number): number {
    return owner * this.#rowWords + this.#headerAt;
  }

  #firstRegisterOf(header: number): number {
    return header * 4 + HEADER_BYTES;
  }

  #estimateFromNow(header: number): void {
    const start = header + HEADER_BYTES / 4;
    this.#oldEntries.set(this.#words.subarray(start, start + this.mostExact));
    this.#words.fill(0, start, start + this.#registers);
    this.#words[header] = ESTIMATED;
    this.#sumUp(header);
    for (const entry of this.#oldEntries) this.#raise(header, entry, entry & PLACE_MASK);
  }

  /** The low bits of the hash beside the place choose a register, the others give its rank: leading zeros + 1. */
  #raise(header: number, hash: number, place: number): void {
    const m = this.#registers;
    const indexBits = 31 - Math.clz32(m);
    const first = this.#firstRegisterOf(header) + ((hash >>> PLACE_BITS) & (m - 1)) * PANES;
    const usedBits = PLACE_BITS + indexBits;
    const rank = Math.clz32(hash >>> usedBits) - usedBits + 1;
    if (this.#bytes[first + place] >= rank) return;
    const before = this.#rankAt(first);
    this.#bytes[first + place] = rank;
    if (before >= rank) return;
    this.#doubles[header / 2 + 1] += POWERS[rank] - POWERS[before];
    if (before === 0) this.#words[header + 1]--;
  }

  #sumUp(header: number): void {
    const start = this.#firstRegisterOf(header);
    const end = start + this.#registers * PANES;
    let sum = 0;
    let nEmpty = 0;
    for (let first = start; first < end; first += PANES) {
      const rank = this.#rankAt(first);
      sum += POWERS[rank];
      if (rank === 0) nEmpty++;
    }
    this.#doubles[header / 2 + 1] = sum;
    this.#words[header + 1] = nEmpty;
  }

  /** Of the union of the panes, in the register whose bytes begin at `first`. */
  #rankAt(first: number): number {
    const bytes = this.#bytes;
    return Math.max(bytes[first], bytes[first + 1], bytes[first + 2], bytes[first + 3]);
  }

  #estimate(header: number): number {
    const m = this.#registers;
    const nEmpty = this.#words[header + 1];
    const estimate = (biasOf(m) * m * m) / this.#doubles[header / 2 + 1];
    return estimate <= 2.5 * m && nEmpty > 0 ? m * Math.log(m / nEmpty) : estimate;
  }
}

function entryOf(hash: number, place: number): number {
  return (hash & ~PLACE_MASK) | place;
}

/** α of the paper. */
function biasOf(m: number): number {
  if (m === 16) return 0.673;
  if (m === 32) return 0.697;
  if (m === 64) return 0.709;
  return 0.7213 / (1 + 1.079 / m);
}
