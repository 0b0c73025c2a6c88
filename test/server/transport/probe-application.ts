// The smallest application that uses every part of the transport contract, and records what it was told.
import { setTimeout as delay } from 'node:timers/promises';
import type {
  Admission,
  Application,
  Reply,
  ReplyStream,
  RequestHead,
} from '../../../src/server/http.js';

export const LIMIT_BYTES = 1024 * 1024;
export const BIG_REPLY = Buffer.alloc(12 * 1024 * 1024, 'big reply ');

export class ProbeApplication implements Application {
  /** Paths of the requests whose client went away. */
  readonly aborted: string[] = [];
  /** One entry for each stream that ended: 'done', or what its handler met. */
  readonly streamEnds: string[] = [];
  /** Bytes that stream handlers have pulled. */
  pulledBytes = 0;
  /** Bytes that the handler of /stream-lines has written. */
  writtenBytes = 0;
  #releases: (() => void)[] = [];

  /** Lets the handlers of /held and /stream-held go on. */
  release(): void {
    for (const release of this.#releases.splice(0)) release();
  }

  get nHeld(): number {
    return this.#releases.length;
  }

  admit(head: RequestHead): Admission {
    const { path } = head;
    if (path.startsWith('/stream')) {
      return {
        kind: 'stream',
        handle: async (input, output) => {
          try {
            const reply = await this.#stream(path, input, output);
            this.streamEnds.push('done');
            return reply;
          } catch (error) {
            this.streamEnds.push((error as Error).name);
            throw error;
          }
        },
      };
    }
    if (path === '/head')
      return { kind: 'immediate', reply: json({ ...head, remoteAddress: head.remoteAddress() }) };
    if (path === '/hello') return { kind: 'immediate', reply: text(200, 'hello') };
    if (path === '/big') return { kind: 'immediate', reply: bytes(BIG_REPLY) };
    if (path === '/refused') {
      const headers = { 'WWW-Authenticate': 'Bearer', 'Retry-After': '7' };
      return { kind: 'immediate', reply: { ...text(401, 'who are you?'), headers } };
    }
    return {
      kind: 'body',
      limitBytes: LIMIT_BYTES,
      handle: (body) => this.#handle(path, body),
      tooLarge: () => text(413, `more than ${LIMIT_BYTES} bytes`),
      aborted: () => this.aborted.push(path),
    };
  }

  #handle(path: string, body: Uint8Array): Reply | Promise<Reply> {
    const isShared = body.buffer instanceof SharedArrayBuffer;
    // The memory of `body` is only lent.
    const echo = {
      ...bytes(Uint8Array.from(body)),
      headers: { 'X-Shared': String(isShared), 'X-Memory': String(body.buffer.byteLength) },
    };
    if (path === '/slow') return delay(30).then(() => echo);
    if (path === '/held') return this.#hold().then(() => echo);
    if (path === '/big-later') return delay(1).then(() => bytes(BIG_REPLY));
    if (path === '/text') return text(200, 'grüße, 世界');
    if (path === '/shared') {
      const shared = new Uint8Array(new SharedArrayBuffer(body.length + 8), 4, body.length);
      shared.set(body);
      return bytes(shared);
    }
    return echo;
  }

  async #stream(
    path: string,
    input: AsyncIterable<Uint8Array>,
    output: ReplyStream,
  ): Promise<Reply | undefined> {
    const type = { status: 200, contentType: 'application/octet-stream' };
    switch (path) {
      case '/stream-unread':
        return text(422, 'not interested');
      case '/stream-first':
        for await (const first of input) return text(422, `only ${first.length > 0}`);
        return text(422, 'nothing');
      case '/stream-all': {
        let total = 0;
        for await (const part of input) total += part.length;
        return text(200, String(total));
      }
      case '/stream-early-end':
        output.start(type);
        for await (const _ of input) break;
        await output.write(Buffer.from('enough'));
        output.end();
        return undefined;
      case '/stream-held':
        await this.#hold();
        return this.#echo(input, output);
      case '/stream-lines':
        output.start(type);
        for (;;) {
          await output.write(Buffer.alloc(1000, 'line'));
          this.writtenBytes += 1000;
        }
      case '/stream-forever':
        output.start(type);
        for (;;) await output.write(Buffer.alloc(256 * 1024, 'x'));
      default:
        return this.#echo(input, output);
    }
  }

  async #echo(input: AsyncIterable<Uint8Array>, output: ReplyStream): Promise<undefined> {
    output.start({ status: 200, contentType: 'application/octet-stream' });
    for await (const part of input) {
      this.pulledBytes += part.length;
      await output.write(part);
    }
    output.end();
  }

  #hold(): Promise<void> {
    return new Promise((resolve) => {
      this.#releases.push(resolve);
    });
  }
}

function json(value: unknown): Reply {
  return { status: 200, contentType: 'application/json', body: JSON.stringify(value) };
}

function text(status: number, body: string): Reply {
  return { status, contentType: 'text/plain; charset=utf-8', body };
}

function bytes(body: Uint8Array): Reply {
  return { status: 200, contentType: 'application/octet-stream', body };
}
