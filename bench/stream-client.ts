// Streams any number of rows through a server in one NDJSON request, and counts its verdicts.
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';

const LINE_FEED = 0x0a;

/** Rows as whole NDJSON lines. */
export interface Block {
  readonly bytes: Uint8Array;
  readonly nRows: number;
}

/**
 * How far a client gets ahead of the verdicts. On loopback one that writes as fast as memory would keep
 * uWebSockets.js reading in one go, whatever is paused; a network is slower than that.
 */
const MOST_ROWS_AHEAD = 100_000;

/**
 * Sends `blocks` in turn, as fast as their verdicts come, until it has sent `nRows` of them or more.
 * Resolves with the number of lines of the reply; `onLines` hears of them as they come.
 */
export async function streamRows(
  url: URL,
  headers: Readonly<Record<string, string>>,
  blocks: readonly Block[],
  nRows: number,
  onLines: (nLines: number) => void,
): Promise<number> {
  const outgoing = request(url, { method: 'POST', headers });
  let nSent = 0;
  let nLines = 0;
  let wakeSender = () => {};

  async function send(): Promise<void> {
    for (let block = 0; nSent < nRows; block = (block + 1) % blocks.length) {
      while (nSent - nLines > MOST_ROWS_AHEAD) {
        await new Promise<void>((resolve) => {
          wakeSender = resolve;
        });
      }
      outgoing.write(blocks[block].bytes);
      nSent += blocks[block].nRows;
    }
    outgoing.end();
  }

  async function receive(): Promise<void> {
    const [reply] = (await once(outgoing, 'response')) as [IncomingMessage];
    if (reply.statusCode !== 200) throw new Error(`a stream was answered by ${reply.statusCode}`);
    for await (const chunk of reply as AsyncIterable<Buffer>) {
      for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, at + 1)) {
        nLines++;
      }
      onLines(nLines);
      wakeSender();
    }
  }

  const received = receive();
  await Promise.race([received, send()]);
  await received;
  return nLines;
}
