// Verdicts as JSON: columns of predictions and of numbers, or a record per row that repeats a template.
import { COMMA, QUOTE } from './ascii';
import { writeNumber } from './write-number';

/** `"normal"`, and `"anomaly`, as words of 8 bytes. */
const QUOTED_NORMAL: u64 = 0x226c616d726f6e22;
const QUOTED_ANOMALY: u64 = 0x796c616d6f6e6122;

/** Writes `n` numbers, each with a comma behind it; returns where the text ends. */
export function writeNumbers(values: usize, n: i32, out: usize): usize {
  for (const end = values + (<usize>n << 3); values < end; values += 8) {
    out = writeNumber(load<f64>(values), out);
    store<u8>(out++, COMMA);
  }
  return out;
}

/** Writes the predictions of `n` scores, each with a comma behind it; returns where the text ends. */
export function writePredictions(scores: usize, n: i32, out: usize): usize {
  for (const end = scores + (<usize>n << 3); scores < end; scores += 8) {
    if (load<f64>(scores) <= 0) {
      store<u64>(out, QUOTED_ANOMALY);
      store<u8>(out, QUOTE, 8);
      out += 9;
    } else {
      store<u64>(out, QUOTED_NORMAL);
      out += 8;
    }
    store<u8>(out++, COMMA);
  }
  return out;
}

/**
 * Writes `n` records of: text 0, the row's number from `firstRow` on, text 1 for a score above 0 or else text 2, the
 * score, text 3, the risk, text 4. Where text 0 is empty the row's number is left out. `template` holds for each text
 * its length as a word of 8 bytes and its bytes in such words. Returns where the records end.
 */
export function writeVerdicts(
  scores: usize,
  risks: usize,
  n: i32,
  firstRow: f64,
  template: usize,
  out: usize,
): usize {
  const normal = afterText(template);
  const anomaly = afterText(normal);
  const between = afterText(anomaly);
  const behind = afterText(between);
  const hasRow = load<u64>(template) > 0;
  for (let i = 0; i < n; i++) {
    if (hasRow) {
      out = writeText(template, out);
      out = writeNumber(firstRow + <f64>i, out);
    }
    const score = load<f64>(scores + (<usize>i << 3));
    out = writeText(score <= 0 ? anomaly : normal, out);
    out = writeNumber(score, out);
    out = writeText(between, out);
    out = writeNumber(load<f64>(risks + (<usize>i << 3)), out);
    out = writeText(behind, out);
  }
  return out;
}

@inline
function afterText(text: usize): usize {
  return text + 8 + ((load<u32>(text) + 7) & ~7);
}

/** Copies whole words, up to 7 bytes too many. */
@inline
function writeText(text: usize, out: usize): usize {
  const end = out + load<u32>(text);
  for (let to = out; to < end; to += 8) {
    text += 8;
    store<u64>(to, load<u64>(text));
  }
  return end;
}
