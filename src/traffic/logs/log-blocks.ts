// Cuts the bytes of a log where lines end, in bounded memory however long a line is.

/** In bytes; servers limit what a request can make a line of. */
export const LONGEST_LINE = 64 * 1024;
const NEWLINE = 0x0a;
const NOTHING = Buffer.alloc(0);

/** Whole lines with their ends. Of a line that is too long one byte more than the limit is kept, which tells it. */
export async function* logBlocks(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  /** Of a line that goes on. */
  let begun: Buffer = NOTHING;
  for await (const chunk of bytes) {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end > 0) {
      const start = begun.length > LONGEST_LINE ? chunk.indexOf(NEWLINE) : 0;
      const rest = chunk.subarray(start, end);
      yield begun.length === 0 ? rest : Buffer.concat([begun, rest]);
      begun = NOTHING;
    }
    const missing = LONGEST_LINE + 1 - begun.length;
    if (missing > 0 && end < chunk.length) {
      begun = Buffer.concat([begun, chunk.subarray(end, end + missing)]);
    }
  }
  if (begun.length > 0) yield begun;
}
