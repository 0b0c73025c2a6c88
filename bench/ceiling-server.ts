// The ceiling: the same transport as the product's, whose handler only parses the body and replies a
// constant. What the product needs beyond that is its own.
import { unpack } from 'msgpackr';
import { readConfig } from '../src/config.js';
import { wholeLines } from '../src/formats/whole-lines.js';
import type { Application, BodyAdmission, Reply, ReplyStream } from '../src/server/http.js';
import { CONTENT_TYPES } from '../src/server/reply.js';
import { chooseTransport } from '../src/server/transport/choose-transport.js';
import { sink } from './sink.js';

const REPLY: Reply = { status: 200, contentType: CONTENT_TYPES.json, body: '{"parsed":true}' };

class ParsedBody implements BodyAdmission {
  readonly kind = 'body';
  readonly limitBytes = 64 * 1024 * 1024;
  readonly #parse: (body: Uint8Array) => unknown;

  constructor(parse: (body: Uint8Array) => unknown) {
    this.#parse = parse;
  }

  handle(body: Uint8Array): Reply {
    sink(typeof this.#parse(body) === 'object' ? 1 : 0);
    return REPLY;
  }

  tooLarge(): Reply {
    return REPLY;
  }

  aborted(): void {}
}

const JSON_BODY = new ParsedBody((body) => JSON.parse(textOf(body)));
const MSGPACK_BODY = new ParsedBody(unpack);

const application: Application = {
  admit({ contentType }) {
    switch (contentType) {
      case CONTENT_TYPES.ndjson:
        return { kind: 'stream', handle: parseLines };
      case CONTENT_TYPES.msgpack:
        return MSGPACK_BODY;
      default:
        return JSON_BODY;
    }
  },
};

async function parseLines(
  input: AsyncIterable<Uint8Array>,
  output: ReplyStream,
): Promise<undefined> {
  output.start(REPLY);
  for await (const block of wholeLines(input, { longestLineBytes: 1024 * 1024 })) {
    for (const line of textOf(block).split('\n')) {
      if (line !== '') sink(typeof JSON.parse(line) === 'object' ? 1 : 0);
    }
  }
  await output.write(Buffer.from(REPLY.body));
  output.end();
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}

const listen = chooseTransport(readConfig().transport);
const listener = await listen(application, { host: '127.0.0.1', port: 0, idleTimeoutMs: 10_000 });
console.log(`http://127.0.0.1:${listener.port} (${listener.transport})`);
process.once('SIGTERM', () => listener.close());
