// Rows of JSON from text to numbers: objects with the schema's keys in its order and nothing else, or arrays.
// After the text stands a byte 0, which is no JSON, so that nothing is read past its end.
import { BRACE, BRACKET, COMMA, SPACE } from './ascii';
import { SCRATCH } from './powers-of-ten';
import { readNumber } from './read-number';

/** From an opening brace or bracket to the closing one. */
const TO_CLOSING: u8 = 2;

/** Where `readRows` tells how far it came. */
const REACHED: usize = SCRATCH;

/**
 * Reads rows, each after one byte of the text, the first after the one at `at`, while `separator` or `last` stands
 * behind them. `spaces` has a bit for each byte that counts as white space beside the space itself. `keys` holds, for every feature, the
 * length of `"name":` in bytes, a mask for the last of its words, and the words of 8 bytes. Stores the numbers from
 * `values` on and, at REACHED, the address of the byte behind the last row; returns the number of rows.
 */
export function readRows(
  at: usize,
  separator: u8,
  last: u8,
  spaces: u32,
  keys: usize,
  nFeatures: i32,
  values: usize,
): i32 {
  const rowBytes = <usize>nFeatures << 3;
  let nRows = 0;
  for (;;) {
    let end = readRow(afterSpace(at + 1, spaces), spaces, keys, nFeatures, values);
    if (end == 0) break;
    end = afterSpace(end, spaces);
    const next = load<u8>(end);
    if (next != separator && next != last) break;
    at = end;
    nRows++;
    values += rowBytes;
    if (next != separator) break;
  }
  store<u32>(REACHED, <u32>at);
  return nRows;
}

/** Where the row that starts at `at` ends, or 0 where there is none that is plain. */
function readRow(at: usize, spaces: u32, key: usize, nFeatures: i32, values: usize): usize {
  const opening = load<u8>(at);
  if (opening != BRACE && opening != BRACKET) return 0;
  const hasKeys = opening == BRACE;
  for (let left = nFeatures; left > 0; left--) {
    at = afterSpace(at + 1, spaces);
    if (hasKeys) {
      const nBytes = load<u32>(key);
      const mask = load<u64>(key, 8);
      key += 16;
      const end = at + nBytes;
      for (; at + 8 < end; at += 8, key += 8) if (load<u64>(at) != load<u64>(key)) return 0;
      if ((load<u64>(at) & mask) != load<u64>(key)) return 0;
      key += 8;
      at = afterSpace(end, spaces);
    }
    at = readNumber(at, values);
    if (at == 0) return 0;
    values += 8;
    at = afterSpace(at, spaces);
    if (load<u8>(at) != (left > 1 ? COMMA : opening + TO_CLOSING)) return 0;
  }
  return at + 1;
}

@inline
function afterSpace(at: usize, spaces: u32): usize {
  let byte = load<u8>(at);
  while (byte == SPACE || (byte < SPACE && ((spaces >> byte) & 1) != 0)) byte = load<u8>(++at);
  return at;
}
