// The contract between the application and its transports. A transport turns sockets into these
// values and back and knows no route; the application knows routes and no socket.

/** The head of a request, read at once: uWebSockets.js forgets it when the handler returns. */
export interface RequestHead {
  /** Upper case. */
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Without the question mark; '' where there is none. */
  readonly query: string;
  /** Header values; '' where the header is missing. */
  readonly authorization: string;
  readonly contentType: string;
  readonly accept: string;
  /** Declared length of the body; undefined where it is missing or no whole number. */
  readonly contentLengthBytes: number | undefined;
  /** Textual address of the peer, without brackets: '127.0.0.1', '::1'. Called at most once. */
  readonly remoteAddress: () => string;
}

export interface Reply {
  readonly status: number;
  readonly contentType: string;
  /** Memory of shared-memory.ts is given back by the transport. */
  readonly body: string | Uint8Array;
  /** Further header lines: Allow, Retry-After, WWW-Authenticate … The object must not change. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** How the application wants the rest of a request, decided from its head alone. */
export type Admission = ImmediateAdmission | BodyAdmission | StreamAdmission;

/** Answered without the body; the transport discards what still arrives. */
export interface ImmediateAdmission {
  readonly kind: 'immediate';
  readonly reply: Reply;
}

/** Answered from the whole body. */
export interface BodyAdmission {
  readonly kind: 'body';
  readonly limitBytes: number;
  /**
   * Called once, with at most `limitBytes`. `body` may be memory that the transport reuses as soon as
   * this call returns, unless it is backed by a SharedArrayBuffer. Never throws, never rejects.
   */
  handle(body: Uint8Array): Reply | Promise<Reply>;
  /** The body passed the limit (by its declared or by its real length); called instead of `handle`. */
  tooLarge(): Reply;
  /** The client went away before its reply was written; nothing is called after it. */
  aborted(): void;
}

/** Answered while the body still arrives, chunk by chunk, with backpressure both ways; not for HEAD. */
export interface StreamAdmission {
  readonly kind: 'stream';
  /**
   * `input` ends with the body and throws a `ClientGoneError` when the client goes away; the transport stops
   * reading from the socket while nobody pulls. Resolves to a reply for as long as nothing was written,
   * else to undefined after `output.end()`. Rejects only with `ClientGoneError`.
   */
  handle(input: AsyncIterable<Uint8Array>, output: ReplyStream): Promise<Reply | undefined>;
}

export interface ReplyStream {
  /** Status and headers; before the first write. */
  start(head: Omit<Reply, 'body'>): void;
  /**
   * Resolves when the socket has room for more; rejects with `ClientGoneError`. One at a time; `chunk` belongs to
   * the transport from then on, as the chunks of `input` belong to the handler.
   */
  write(chunk: Uint8Array): Promise<void>;
  end(): void;
}

export class ClientGoneError extends Error {
  override readonly name = 'ClientGoneError';
}

/** What a transport serves. */
export interface Application {
  /** Never throws. */
  admit(head: RequestHead): Admission;
}

export interface ListenOptions {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** A connection that sends or takes nothing for this long is closed. */
  readonly idleTimeoutMs: number;
}

/** A listening server. */
export interface Listener {
  readonly port: number;
  readonly transport: 'uWebSockets.js' | 'node:http';
  /** Stops accepting, lets every request in flight get its reply, closes idle connections, then resolves. */
  close(): Promise<void>;
}

export type Listen = (application: Application, options: ListenOptions) => Promise<Listener>;
