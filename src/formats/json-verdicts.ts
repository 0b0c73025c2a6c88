// Verdicts as JSON bytes: the columns of a batch, or a record for each row, written number by number without a
// document in between. The text is the one that JSON.stringify would give.
import {
  numbers,
  TEXT_BYTES,
  text,
  writeNumbers,
  writePredictions,
  writeVerdicts,
} from './json-text.js';

/** Of the shortest text that tells a float64 from all others, with a comma behind it. */
const LONGEST_NUMBER_BYTES = 25;
const NUMBERS_OF_RECORD = 3;
const NUMBERS_PER_BLOCK = Math.floor(TEXT_BYTES / LONGEST_NUMBER_BYTES);

/** `head` with the columns "predictions", "scores" and "risks" added to it. Scores and risks are finite. */
export function encodeColumns(
  head: Readonly<Record<string, string | number>>,
  scores: Float64Array,
  risks: Float64Array,
): Buffer {
  return Buffer.concat([
    Buffer.from(`${JSON.stringify(head).slice(0, -1)},"predictions":[`),
    ...listOf(scores, writePredictions),
    Buffer.from('],"scores":['),
    ...listOf(scores, writeNumbers),
    Buffer.from('],"risks":['),
    ...listOf(risks, writeNumbers),
    Buffer.from(']}'),
  ]);
}

/** The text of a list block by block, without its brackets. */
function listOf(values: Float64Array, write: (n: number) => number): Buffer[] {
  const blocks: Buffer[] = [];
  for (let start = 0; start < values.length; start += NUMBERS_PER_BLOCK) {
    const block = values.subarray(start, start + NUMBERS_PER_BLOCK);
    numbers.set(block);
    const nBytes = write(block.length);
    const isLast = start + NUMBERS_PER_BLOCK >= values.length;
    blocks.push(Buffer.from(text.subarray(0, isLast ? nBytes - 1 : nBytes)));
  }
  return blocks;
}

/** The text of a record around its numbers, as assembly/verdicts.ts wants it. */
export type VerdictTemplate = Uint8Array;

/** Numbers of an example; others take their places. */
export interface ExampleVerdict {
  readonly score: number;
  readonly risk: number;
}

const NORMAL: ExampleVerdict = { score: 0.5, risk: 0.25 };
const ANOMALY: ExampleVerdict = { score: -0.5, risk: 0.75 };
/** Up to the row's number where there is one, to the score, to the risk, and the rest. */
const RECORD = /^(?:(.*"row":)\d+)?(.*"score":)-?[\d.]+(.*"risk":)[\d.]+(.*)$/s;

/**
 * The template of the records that `textOf` writes: JSON with a "score" and a "risk", in that order, and perhaps a
 * "row" before them.
 */
export function verdictTemplate(textOf: (example: ExampleVerdict) => string): VerdictTemplate {
  const [, row = '', normal, between, behind] = RECORD.exec(textOf(NORMAL)) as RegExpExecArray;
  const [, , anomaly] = RECORD.exec(textOf(ANOMALY)) as RegExpExecArray;
  return Buffer.concat([row, normal, anomaly, between, behind].map(textWords));
}

/** A record for each row, `firstRow` being the first one's number. Scores and risks are finite. */
export function encodeVerdicts(
  template: VerdictTemplate,
  scores: Float64Array,
  risks: Float64Array,
  firstRow = 0,
): Buffer {
  const longestBytes = template.length + NUMBERS_OF_RECORD * LONGEST_NUMBER_BYTES;
  const rowsPerBlock = Math.floor(TEXT_BYTES / longestBytes);
  const blocks: Buffer[] = [];
  for (let start = 0; start < scores.length; start += rowsPerBlock) {
    const nRows = Math.min(rowsPerBlock, scores.length - start);
    for (let row = 0; row < nRows; row++) {
      numbers[row] = scores[start + row];
      numbers[nRows + row] = risks[start + row];
    }
    const nBytes = writeVerdicts(template, nRows, firstRow + start);
    blocks.push(Buffer.from(text.subarray(0, nBytes)));
  }
  return blocks.length === 1 ? blocks[0] : Buffer.concat(blocks);
}

const WORD_BYTES = 8;

/** The length of a text, and the text, in words. */
function textWords(part: string): Uint8Array {
  const bytes = new TextEncoder().encode(part);
  const words = new Uint8Array((1 + Math.ceil(bytes.length / WORD_BYTES)) * WORD_BYTES);
  new DataView(words.buffer).setUint32(0, bytes.length, true);
  words.set(bytes, WORD_BYTES);
  return words;
}
