// Cuts a stream of bytes into blocks that end where a line ends, so that each can be decoded by itself.
import { AnomalyPredictorError } from '../errors.js';

const NEWLINE = 0x0a;

export interface WholeLinesOptions {
  readonly longestLineBytes: number;
  /** Lines are gathered until a block has this many. @default 0, what has arrived is passed on at once */
  readonly leastBlockBytes?: number;
}

/** Every block but the last ends with a newline. Throws `body-too-large` for a line without end. */
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
      yield joined([...gathered, chunk.subarray(0, afterLines)]);
      gathered = [];
      gatheredBytes = 0;
      rest = chunk.subarray(afterLines);
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

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return parts.length === 1 ? parts[0] : Buffer.concat(parts);
}
