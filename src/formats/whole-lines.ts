// Cuts a stream of bytes into blocks that end where a line ends, so that each can be decoded by itself.
import { AnomalyPredictorError } from '../errors.js';
import { giveBackShared, takeShared } from '../shared-memory.js';

const NEWLINE = 0x0a;
const WORD_BYTES = 8;

export interface WholeLinesOptions {
  readonly longestLineBytes: number;
  /** Lines are gathered until a block has this many. @default 0, what has arrived is passed on at once */
  readonly leastBlockBytes?: number;
}

/**
 * Every block but the last ends with a newline. The chunks of `input` are given away, the blocks belong to the caller.
 * Throws `body-too-large` for a line without end.
 */
export async function* wholeLines(
  input: AsyncIterable<Uint8Array>,
  { longestLineBytes, leastBlockBytes = 0 }: WholeLinesOptions,
): AsyncGenerator<Uint8Array> {
  let gathered: Uint8Array[] = [];
  let gatheredBytes = 0;
  let lineBytes = 0;
  for await (const chunk of input) {
    const afterLines = chunk.lastIndexOf(NEWLINE) + 1;
    let rest = chunk;
    if (afterLines > 0 && gatheredBytes + afterLines >= leastBlockBytes) {
      // A copy: whoever takes the block has the chunk's memory from then on.
      rest = Buffer.from(chunk.subarray(afterLines));
      yield joined([...gathered, chunk.subarray(0, afterLines)]);
      gathered = [];
      gatheredBytes = 0;
    }
    if (rest.length > 0) gathered.push(rest);
    gatheredBytes += rest.length;
    lineBytes = afterLines > 0 ? chunk.length - afterLines : lineBytes + chunk.length;
    if (lineBytes > longestLineBytes) {
      throw new AnomalyPredictorError(
        'body-too-large',
        `a line is longer than ${longestLineBytes} bytes`,
      );
    }
  }
  if (gatheredBytes > 0) yield joined(gathered);
}

/** In shared memory where the last part is, which is the largest. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0];
  const last = parts[parts.length - 1];
  if (!(last.buffer instanceof SharedArrayBuffer)) return Buffer.concat(parts);
  const nBytes = parts.reduce((sum, part) => sum + part.length, 0);
  // The last part keeps its place on words, without which copying shared memory takes 8 times as long (Node 20).
  const lastAt = nBytes - last.length;
  const offset = (WORD_BYTES + ((last.byteOffset - lastAt) % WORD_BYTES)) % WORD_BYTES;
  const whole = takeShared(nBytes + WORD_BYTES).subarray(offset, offset + nBytes);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
    giveBackShared(part);
  }
  return whole;
}
