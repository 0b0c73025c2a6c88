// Sorting of whole numbers in a typed array, in place and without allocation: a sort of every drawn
// feature at every node is most of the work of growing trees.

const LONGEST_INSERTION_SORT = 32;
const DIGIT_BITS = 8;
const DIGIT_MASK = (1 << DIGIT_BITS) - 1;
const counts = new Int32Array(1 << DIGIT_BITS);

/**
 * Sorts keys[0 … n) ascending: few by insertion, more by their digits, as many as `limit` has.
 *
 * @param limit above every key; keys are at least 0
 * @param scratch at least `n` long; overwritten
 */
export function sortKeys(keys: Int32Array, n: number, limit: number, scratch: Int32Array): void {
  if (n <= LONGEST_INSERTION_SORT) {
    insertionSort(keys, n);
    return;
  }
  let from = keys;
  let to = scratch;
  for (let shift = 0; shift < 32 && limit >>> shift !== 0; shift += DIGIT_BITS) {
    countDigits(from, n, shift);
    placeByDigit(from, to, n, shift);
    const swapped = from;
    from = to;
    to = swapped;
  }
  if (from !== keys) keys.set(from.subarray(0, n));
}

function insertionSort(keys: Int32Array, n: number): void {
  for (let i = 1; i < n; i++) {
    const key = keys[i];
    let at = i;
    for (; at > 0 && keys[at - 1] > key; at--) keys[at] = keys[at - 1];
    keys[at] = key;
  }
}

// One loop per function, here and in node-splitter.ts: V8 11.3 (Node 20) may compile a function in
// the middle of its first long loop, before the rest has ever run, and then fall out of that code
// at every call (100 trees on 20,000 × 9 took 1.6 s or, by chance, 5).

function countDigits(keys: Int32Array, n: number, shift: number): void {
  counts.fill(0);
  for (let i = 0; i < n; i++) counts[(keys[i] >>> shift) & DIGIT_MASK]++;
}

/** Stable; `counts` holds how often each digit occurs. */
function placeByDigit(from: Int32Array, to: Int32Array, n: number, shift: number): void {
  startsFromCounts();
  for (let i = 0; i < n; i++) to[counts[(from[i] >>> shift) & DIGIT_MASK]++] = from[i];
}

function startsFromCounts(): void {
  let start = 0;
  for (let digit = 0; digit <= DIGIT_MASK; digit++) {
    const count = counts[digit];
    counts[digit] = start;
    start += count;
  }
}
