// A streamed request on uWebSockets.js: the body as a queue that pauses the socket, the reply in pieces
// that wait for the socket.
import type { HttpResponse } from 'uWebSockets.js';
import { copyToShared, giveBackShared } from '../../shared-memory.js';
import { ClientGoneError, type Reply, type ReplyStream, type StreamAdmission } from '../http.js';
import { LINGER_MS } from './early-reply.js';
import { InputQueue } from './input-queue.js';
import type { UwsInFlight, Watched } from './uws-in-flight.js';
import { EarlyReply, headOf, sendReply } from './uws-reply.js';

/** What uWebSockets.js may hold back of a reply when the socket is full. */
const PIECE_BYTES = 64 * 1024;
/**
 * The first piece after a full socket: it is writable again, but perhaps not yet for all that was held back, and
 * whole pieces could pile up.
 */
const PROBE_BYTES = 1024;
/** pause() stops all events of a socket, the writable one too; until resume() the writer looks by itself. */
const SHORTEST_LOOK_MS = 4;
const LONGEST_LOOK_MS = 250;

export class UwsStream implements ReplyStream, Watched {
  readonly res: HttpResponse;
  readonly #inFlight: UwsInFlight;
  readonly #isHead: boolean;
  readonly #input: InputQueue;
  #movedAtMs = Date.now();
  /** Status and headers that are not yet written. */
  #head: string | undefined;
  #earlyReply: EarlyReply | undefined;
  #isOver = false;
  #isBlocked = false;
  #isEnding = false;
  #ending: NodeJS.Timeout | undefined;
  #hasWaited = false;
  #wakeWriter: (() => void) | undefined;
  #look: NodeJS.Timeout | undefined;
  #lookMs = SHORTEST_LOOK_MS;

  constructor(inFlight: UwsInFlight, res: HttpResponse, isHead: boolean) {
    this.#inFlight = inFlight;
    this.res = res;
    this.#isHead = isHead;
    this.#input = new InputQueue({ pause: () => this.#pause(), resume: () => res.resume() });
    res.onAborted(() => this.#abort());
    res.onData((chunk, isLast) => this.#receive(chunk, isLast));
    inFlight.watch(this);
  }

  async run(admission: StreamAdmission): Promise<void> {
    try {
      const reply = await admission.handle(this.#input, this);
      if (reply !== undefined && !this.#isOver) this.#reply(reply);
    } catch {
      // Only a ClientGoneError: there is nobody left to answer.
      if (!this.#isOver) this.res.close();
    }
  }

  get isReading(): boolean {
    return !this.#input.isPaused;
  }

  isOverdue(nowMs: number): boolean {
    const isWaiting = this.#wakeWriter !== undefined || this.#input.isStarved;
    // While the handler is at work the client owes nothing.
    if (!isWaiting) this.#movedAtMs = nowMs;
    return nowMs - this.#movedAtMs >= this.#inFlight.idleTimeoutMs;
  }

  start(head: Omit<Reply, 'body'>): void {
    this.#head = headOf(head) + (this.#inFlight.isDraining ? '\r\nConnection: close' : '');
  }

  async write(chunk: Uint8Array): Promise<void> {
    for (let offset = 0; offset < chunk.length; ) {
      if (this.#isOver) throw new ClientGoneError('the client went away while reading');
      const end = offset + (this.#isBlocked ? PROBE_BYTES : PIECE_BYTES);
      this.#isBlocked = !this.#writePiece(chunk.subarray(offset, end));
      offset = end;
      if (this.#isBlocked) await this.#untilWritable();
    }
    giveBackShared(chunk);
    if (this.#isOver) throw new ClientGoneError('the client went away while reading');
  }

  end(): void {
    if (this.#isOver) return;
    this.#input.discard();
    if (this.#input.hasEnded) {
      this.#finish();
    } else {
      this.#isEnding = true;
      this.#ending = setTimeout(() => this.#finish(), LINGER_MS);
    }
  }

  #finish(): void {
    this.#close();
    this.res.cork(() => {
      this.#writeHead();
      this.res.end();
    });
    this.#inFlight.finish();
  }

  #reply(reply: Reply): void {
    this.#close();
    this.#input.discard();
    if (this.#input.hasEnded) {
      this.res.cork(() => sendReply(this.#inFlight, this.res, reply, this.#isHead));
    } else {
      this.#earlyReply = new EarlyReply(this.#inFlight, this.res, reply, this.#isHead);
    }
  }

  /** False when something is held back: of this piece, or of one before it. */
  #writePiece(piece: Uint8Array): boolean {
    let isTaken = false;
    this.res.cork(() => {
      this.#writeHead();
      isTaken = this.res.write(piece);
    });
    this.#keepPaused();
    if (isTaken) {
      this.#movedAtMs = Date.now();
      this.#lookMs = SHORTEST_LOOK_MS;
    }
    return isTaken;
  }

  #writeHead(): void {
    if (this.#head !== undefined) this.res.writeStatus(this.#head);
    this.#head = undefined;
  }

  #untilWritable(): Promise<void> {
    if (!this.#hasWaited) this.res.onWritable(() => this.#onWritable());
    this.#hasWaited = true;
    return new Promise((resolve) => {
      this.#wakeWriter = resolve;
      if (this.#input.isPaused) this.#lookLater();
    });
  }

  #onWritable(): boolean {
    this.#movedAtMs = Date.now();
    this.#flush();
    return true;
  }

  /** With an onWritable handler uWebSockets.js leaves its buffer alone until the next write or cork. */
  #flush(): void {
    this.res.cork(() => {});
    this.#keepPaused();
    this.#resolveWrite();
  }

  #pause(): void {
    this.res.pause();
    // After a data callback uWebSockets.js writes what it has held back, and with that reads again.
    setImmediate(() => this.#isOver || this.#keepPaused());
    if (this.#wakeWriter !== undefined) this.#lookLater();
  }

  /** A write that the socket does not take whole makes uWebSockets.js read again. */
  #keepPaused(): void {
    if (this.#input.isPaused) this.res.pause();
  }

  #lookLater(): void {
    clearTimeout(this.#look);
    this.#look = setTimeout(() => {
      this.#lookMs = Math.min(2 * this.#lookMs, LONGEST_LOOK_MS);
      this.#flush();
    }, this.#lookMs);
  }

  #receive(chunk: ArrayBuffer, isLast: boolean): void {
    if (this.#earlyReply !== undefined) {
      this.#earlyReply.onData(isLast);
    } else if (this.#isEnding) {
      if (isLast) this.#finish();
    } else if (!this.#isOver) {
      this.#movedAtMs = Date.now();
      // A copy: the chunk is gone when this call returns.
      if (chunk.byteLength > 0) this.#input.push(copyToShared(new Uint8Array(chunk)));
      if (isLast) this.#input.end();
    }
  }

  #abort(): void {
    if (this.#earlyReply !== undefined) {
      this.#earlyReply.onAborted();
    } else if (!this.#isOver) {
      this.#close();
      this.#input.fail();
      this.#resolveWrite();
      this.#inFlight.finish();
    }
  }

  #close(): void {
    this.#isOver = true;
    this.#isEnding = false;
    clearTimeout(this.#look);
    clearTimeout(this.#ending);
    this.#inFlight.unwatch(this);
  }

  #resolveWrite(): void {
    this.#wakeWriter?.();
    this.#wakeWriter = undefined;
  }
}
