// The load generator: connections that each send a ready-made request, wait for its reply and send the
// next, on a new connection where the server keeps none. It reads of a reply only what tells where it ends: on two processors every
// microsecond spent here is one that the server does not get.
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

export interface LoadResult {
  readonly elapsedMs: number;
  /** One per reply. */
  readonly latenciesMs: readonly number[];
}

export class LoadClient {
  readonly #connections: readonly Connection[];

  private constructor(connections: readonly Connection[]) {
    this.#connections = connections;
  }

  /** `keepAlive`: false for a server that closes after each reply; every request then connects anew. */
  static async connect(port: number, nConnections: number, keepAlive = true): Promise<LoadClient> {
    return new LoadClient(
      await Promise.all(
        Array.from({ length: nConnections }, () => Connection.open(port, keepAlive)),
      ),
    );
  }

  /**
   * Sends `requests` in turn, one at a time on every connection, until `durationMs` are over and all replies
   * there. Rejects at the first reply that is not 200.
   */
  async run(requests: readonly Uint8Array[], durationMs: number): Promise<LoadResult> {
    const latenciesMs: number[] = [];
    const startMs = performance.now();
    const endMs = startMs + durationMs;
    let next = 0;
    const nextRequest = () => requests[next++ % requests.length];
    await Promise.all(
      this.#connections.map((connection) => connection.run(nextRequest, endMs, latenciesMs)),
    );
    return { elapsedMs: performance.now() - startMs, latenciesMs };
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }
}

/** The bytes of a request that keeps its connection. */
export function postRequest(
  path: string,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
): Uint8Array {
  const lines = Object.entries({ ...headers, Host: 'bench', 'Content-Length': body.length });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\n${head}\r\n`), body]);
}

const READ_BUFFER_BYTES = 256 * 1024;
const LONGEST_HEAD_BYTES = 512;
const OK = 'HTTP/1.1 200 ';
const CONTENT_LENGTH = /\r\ncontent-length: (\d+)/i;
const LAST_CHUNK = '\r\n0\r\n\r\n';

class Connection {
  readonly #port: number;
  readonly #keepAlive: boolean;
  /** One for all reads instead of one for each. */
  readonly #buffer = Buffer.allocUnsafe(READ_BUFFER_BYTES);
  #socket: Socket | undefined;
  #nextRequest: () => Uint8Array = () => new Uint8Array();
  #endMs = 0;
  #latenciesMs: number[] = [];
  #settle: ((error?: Error) => void) | undefined;
  #sentAtMs = 0;
  /** Of the reply's body; NaN in a chunked one, 0 between replies. */
  #bytesToCome = 0;
  /** The end of a chunked body so far. */
  #tail = '';

  static open(port: number, keepAlive: boolean): Promise<Connection> {
    const connection = new Connection(port, keepAlive);
    // An idle connection would hold up a server that handles one after the other.
    if (!keepAlive) return Promise.resolve(connection);
    return new Promise((resolve, reject) => {
      connection.#settle = (error) => reject(error);
      connection.#connect(() => resolve(connection));
    });
  }

  private constructor(port: number, keepAlive: boolean) {
    this.#port = port;
    this.#keepAlive = keepAlive;
  }

  run(nextRequest: () => Uint8Array, endMs: number, latenciesMs: number[]): Promise<void> {
    this.#nextRequest = nextRequest;
    this.#endMs = endMs;
    this.#latenciesMs = latenciesMs;
    return new Promise((resolve, reject) => {
      this.#settle = (error) => (error === undefined ? resolve() : reject(error));
      this.#send(performance.now());
    });
  }

  close(): void {
    this.#settle = undefined;
    this.#socket?.destroy();
  }

  #connect(onConnect: (socket: Socket) => void): void {
    const socket = connect({
      port: this.#port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer: this.#buffer,
        callback: (nBytes, buffer) => this.#receive(buffer as Buffer, nBytes),
      },
    });
    this.#socket = socket;
    const isCurrent = () => socket === this.#socket;
    socket.once('connect', () => onConnect(socket));
    socket.on('error', (error) => isCurrent() && this.#settle?.(error));
    socket.on(
      'close',
      () => isCurrent() && this.#settle?.(new Error('the server closed a connection')),
    );
  }

  #send(nowMs: number): void {
    this.#sentAtMs = nowMs;
    if (this.#keepAlive) {
      this.#socket?.write(this.#nextRequest());
      return;
    }
    this.#socket?.destroy();
    this.#connect((socket) => socket.write(this.#nextRequest()));
  }

  /** A part of a reply; returns true for more. */
  #receive(buffer: Buffer, nBytes: number): boolean {
    let at = 0;
    if (this.#bytesToCome === 0) at = this.#readHead(buffer, nBytes);
    if (Number.isNaN(this.#bytesToCome)) {
      this.#tail += buffer.toString('latin1', Math.max(at, nBytes - LAST_CHUNK.length), nBytes);
      this.#tail = this.#tail.slice(-LAST_CHUNK.length);
      if (this.#tail !== LAST_CHUNK) return true;
      this.#bytesToCome = 0;
      this.#tail = '';
    } else {
      this.#bytesToCome -= nBytes - at;
      if (this.#bytesToCome > 0) return true;
    }
    this.#finish();
    return true;
  }

  /** Returns where the body starts. A head is short and comes in one piece. */
  #readHead(buffer: Buffer, nBytes: number): number {
    const head = buffer.toString('latin1', 0, Math.min(nBytes, LONGEST_HEAD_BYTES));
    const end = head.indexOf('\r\n\r\n');
    if (end < 0 || !head.startsWith(OK)) {
      this.#settle?.(new Error(`unexpected reply: ${head}`));
      this.#socket?.destroy();
      return nBytes;
    }
    const length = CONTENT_LENGTH.exec(head)?.[1];
    this.#bytesToCome = length === undefined ? Number.NaN : Number(length);
    return end + 4;
  }

  #finish(): void {
    const nowMs = performance.now();
    this.#latenciesMs.push(nowMs - this.#sentAtMs);
    if (nowMs < this.#endMs) this.#send(nowMs);
    else this.#settle?.();
  }
}
