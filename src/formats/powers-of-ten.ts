// The powers of ten that json-text.wasm reads and writes numbers with; assembly/powers-of-ten.ts has the other end.
//
//   10^-342 … 10^324   128 bits each: scaled so that the highest bit is set, rounded up, low word first
//   10^0 … 10^22       float64, exact
const LEAST_POWER = -342;
const MOST_POWER = 324;
const MOST_EXACT_POWER = 22;
const WIDE_BITS = 128;
const WORD_MASK = (1n << 64n) - 1n;

export const POWERS_LENGTH = 2 * (MOST_POWER - LEAST_POWER + 1) + MOST_EXACT_POWER + 1;

/** Writes them into words[0 … POWERS_LENGTH), which are 64 bits each. */
export function fillPowersOfTen(words: BigUint64Array): void {
  let at = 0;
  for (let exponent = LEAST_POWER; exponent <= MOST_POWER; exponent++) {
    const wide = widePower(exponent);
    words[at++] = wide & WORD_MASK;
    words[at++] = wide >> 64n;
  }
  const exact = new Float64Array(words.buffer, words.byteOffset + at * words.BYTES_PER_ELEMENT);
  for (let exponent = 0; exponent <= MOST_EXACT_POWER; exponent++) {
    exact[exponent] = Number(`1e${exponent}`);
  }
}

function widePower(exponent: number): bigint {
  const power = 10n ** BigInt(Math.abs(exponent));
  const nBits = BigInt(power.toString(2).length);
  if (exponent >= 0) return divideUp(power << BigInt(WIDE_BITS), 1n << nBits);
  return divideUp(1n << (nBits + BigInt(WIDE_BITS) - 1n), power);
}

function divideUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}
