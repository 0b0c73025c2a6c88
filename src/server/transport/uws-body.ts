// A request on uWebSockets.js that is answered from its whole body. The hot path is a body in one chunk
// and a reply at once: two closures, no promise, no copy.
import type { HttpResponse } from 'uWebSockets.js';
import type { BodyAdmission, Reply } from '../http.js';
import { BodyBuffer } from './body-buffer.js';
import type { UwsInFlight, Watched } from './uws-in-flight.js';
import { EarlyReply, sendReply } from './uws-reply.js';

export class UwsBody implements Watched {
  readonly res: HttpResponse;
  readonly isReading = true;
  readonly #inFlight: UwsInFlight;
  readonly #admission: BodyAdmission;
  readonly #declaredBytes: number | undefined;
  readonly #isHead: boolean;
  #gathered: BodyBuffer | undefined;
  #earlyReply: EarlyReply | undefined;
  #isWatched = false;
  #movedAtMs = 0;
  #isGone = false;

  constructor(
    inFlight: UwsInFlight,
    res: HttpResponse,
    admission: BodyAdmission,
    declaredBytes: number | undefined,
    isHead: boolean,
  ) {
    this.#inFlight = inFlight;
    this.res = res;
    this.#admission = admission;
    this.#declaredBytes = declaredBytes;
    this.#isHead = isHead;
  }

  begin(): void {
    this.res.onAborted(() => this.#abort());
    this.res.onData((chunk, isLast) => this.#receive(chunk, isLast));
    if (this.#declaredBytes !== undefined && this.#declaredBytes > this.#admission.limitBytes) {
      this.#refuse();
    }
  }

  isOverdue(nowMs: number): boolean {
    return nowMs - this.#movedAtMs >= this.#inFlight.idleTimeoutMs;
  }

  #receive(chunk: ArrayBuffer, isLast: boolean): void {
    if (this.#earlyReply !== undefined) {
      this.#earlyReply.onData(isLast);
    } else if (
      isLast &&
      this.#gathered === undefined &&
      chunk.byteLength <= this.#admission.limitBytes
    ) {
      this.#handle(new Uint8Array(chunk));
    } else {
      this.#gather(new Uint8Array(chunk), isLast);
    }
  }

  #gather(chunk: Uint8Array, isLast: boolean): void {
    this.#watch();
    // Before the first byte there is nothing to gather: it may well bring the whole body.
    if (chunk.length > 0) {
      this.#gathered ??= new BodyBuffer(this.#admission.limitBytes, this.#declaredBytes);
      if (!this.#gathered.append(chunk)) {
        this.#gathered = undefined;
        this.#refuse();
        this.#earlyReply?.onData(isLast);
        return;
      }
    }
    if (isLast && this.#gathered !== undefined) this.#handle(this.#gathered.bytes());
  }

  #handle(body: Uint8Array): void {
    this.#unwatch();
    const reply = this.#admission.handle(body);
    if (reply instanceof Promise) {
      reply.then((late) => {
        if (!this.#isGone) this.res.cork(() => this.#send(late));
      });
    } else {
      // In a callback of uWebSockets.js the socket is corked already.
      this.#send(reply);
    }
  }

  #send(reply: Reply): void {
    sendReply(this.#inFlight, this.res, reply, this.#isHead);
  }

  #refuse(): void {
    this.#unwatch();
    const reply = this.#admission.tooLarge();
    this.#earlyReply = new EarlyReply(this.#inFlight, this.res, reply, this.#isHead);
  }

  #abort(): void {
    this.#isGone = true;
    if (this.#earlyReply !== undefined) {
      this.#earlyReply.onAborted();
    } else {
      this.#unwatch();
      this.#admission.aborted();
      this.#inFlight.finish();
    }
  }

  #watch(): void {
    this.#movedAtMs = Date.now();
    if (!this.#isWatched) this.#inFlight.watch(this);
    this.#isWatched = true;
  }

  #unwatch(): void {
    if (this.#isWatched) this.#inFlight.unwatch(this);
    this.#isWatched = false;
  }
}
