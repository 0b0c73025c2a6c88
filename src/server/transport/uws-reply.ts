// Replies on uWebSockets.js, cheapest case first: status line and headers are one precomputed string,
// and a small body goes out with them in one call.

import type { HttpResponse } from 'uWebSockets.js';
import { STATUS_CODES } from 'node:http';
import { giveBackShared } from '../../shared-memory.js';
import type { Reply } from '../http.js';
import { LINGER_MS } from './early-reply.js';
import type { UwsInFlight, Watched } from './uws-in-flight.js';

/** Up to this size a reply is given away whole; uWebSockets.js buffers what the socket does not take. */
const WHOLE_REPLY_BYTES = 64 * 1024;

/**
 * Answers a request whose body has arrived; within cork() or a callback of uWebSockets.js. `res` belongs to
 * this function from then on, its onAborted handler included.
 */
export function sendReply(
  inFlight: UwsInFlight,
  res: HttpResponse,
  reply: Reply,
  isHead: boolean,
): void {
  res.writeStatus(headOf(reply));
  if (!isHead && reply.body.length <= WHOLE_REPLY_BYTES) {
    res.end(reply.body, inFlight.isDraining);
    if (typeof reply.body !== 'string') giveBackShared(reply.body);
    inFlight.finish();
    return;
  }
  if (inFlight.isDraining) res.writeHeader('Connection', 'close');
  if (isHead) {
    // With the length as its argument the request would count as unanswered.
    res.writeHeader('Content-Length', String(Buffer.byteLength(reply.body))).endWithoutBody();
    inFlight.finish();
  } else {
    new LargeReply(inFlight, res, reply.body).send();
  }
}

/** A body that is sent in the portions that the socket takes, without a buffer in between. */
class LargeReply implements Watched {
  readonly res: HttpResponse;
  readonly isReading = true;
  #movedAtMs = Date.now();
  readonly #inFlight: UwsInFlight;
  readonly #body: Uint8Array;

  constructor(inFlight: UwsInFlight, res: HttpResponse, body: string | Uint8Array) {
    this.#inFlight = inFlight;
    this.res = res;
    this.#body = typeof body === 'string' ? Buffer.from(body) : body;
  }

  send(): void {
    const [, isDone] = this.res.tryEnd(this.#body, this.#body.length);
    if (isDone) {
      this.#finish();
      return;
    }
    this.#inFlight.watch(this);
    this.res.onAborted(() => this.#finish());
    this.res.onWritable((offset) => this.#sendFrom(offset));
  }

  #sendFrom(offset: number): boolean {
    let isSent = false;
    this.res.cork(() => {
      const [isTaken, isDone] = this.res.tryEnd(this.#body.subarray(offset), this.#body.length);
      isSent = isTaken;
      if (isDone) this.#finish();
    });
    this.#movedAtMs = Date.now();
    return isSent;
  }

  isOverdue(nowMs: number): boolean {
    return nowMs - this.#movedAtMs >= this.#inFlight.idleTimeoutMs;
  }

  #finish(): void {
    giveBackShared(this.#body);
    this.#inFlight.unwatch(this);
    this.#inFlight.finish();
  }
}

/**
 * A reply sent while the body still arrives. `end()` would give `res` up, and with it the means to bound what the
 * client goes on to send; so the reply is written as raw bytes, the body is discarded, and then the connection is
 * closed. The owner passes on what its onData and onAborted handlers are told.
 */
export class EarlyReply implements Watched {
  readonly res: HttpResponse;
  readonly isReading = true;
  #movedAtMs = Date.now();
  readonly #inFlight: UwsInFlight;
  readonly #endMs = Date.now() + LINGER_MS;
  #isGone = false;

  constructor(inFlight: UwsInFlight, res: HttpResponse, reply: Reply, isHead: boolean) {
    this.#inFlight = inFlight;
    this.res = res;
    const body = Buffer.from(reply.body);
    const head = `${headOf(reply)}\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`;
    // writeStatus() adds a line break, which clients skip after the last reply of a connection.
    const bytes = isHead ? head : Buffer.concat([Buffer.from(head), body]);
    res.cork(() => {
      res.writeStatus(bytes);
    });
    inFlight.watch(this);
  }

  isOverdue(nowMs: number): boolean {
    return nowMs >= this.#endMs || nowMs - this.#movedAtMs >= this.#inFlight.idleTimeoutMs;
  }

  onData(isLast: boolean): void {
    this.#movedAtMs = Date.now();
    // Not at once: within the callback the reply may still be in the cork.
    if (isLast) setImmediate(() => this.#isGone || this.res.close());
  }

  onAborted(): void {
    this.#isGone = true;
    this.#inFlight.unwatch(this);
    this.#inFlight.finish();
  }
}

/** By headers and content type, for replies with status 200. */
const headsByHeaders = new WeakMap<object, Map<string, string>>();
const NO_HEADERS = {};

/** Status line and headers as writeStatus() takes them: without the protocol and the last line break. */
export function headOf(reply: Omit<Reply, 'body'>): string {
  const { status, contentType, headers = NO_HEADERS } = reply;
  if (status !== 200) return formatHead(reply);
  let heads = headsByHeaders.get(headers);
  if (heads === undefined) {
    heads = new Map();
    headsByHeaders.set(headers, heads);
  }
  let head = heads.get(contentType);
  if (head === undefined) {
    head = formatHead(reply);
    heads.set(contentType, head);
  }
  return head;
}

function formatHead({ status, contentType, headers }: Omit<Reply, 'body'>): string {
  const lines = [`${status} ${STATUS_CODES[status] ?? ''}`, `Content-Type: ${contentType}`];
  for (const name in headers) lines.push(`${name}: ${headers[name]}`);
  return lines.join('\r\n');
}
