// A client that sends bytes as a test dictates and reads replies as they come, one connection each.
import { connect, type Socket } from 'node:net';

export interface RawReply {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export class RawClient {
  readonly socket: Socket;
  /** Received and not yet taken by `reply`, with room to grow. */
  #buffer = Buffer.alloc(64 * 1024);
  #length = 0;
  #receivedBytes = 0;
  #isClosed = false;
  #wake: (() => void) | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => {
      this.#append(chunk);
      this.#wake?.();
    });
    // A reset is one of the ways in which a server may close.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#isClosed = true;
      this.#wake?.();
    });
  }

  static connect(port: number, host = '127.0.0.1'): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host, noDelay: true });
      const client = new RawClient(socket);
      socket.once('connect', () => resolve(client));
      socket.once('error', reject);
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** Everything received and not yet taken by `reply`, as text. */
  get text(): string {
    return this.#bytes().toString('latin1');
  }

  send(data: string | Uint8Array): void {
    this.socket.write(data);
  }

  /** Resolves when the data is with the kernel; false when the server closed first. */
  sendAll(data: Uint8Array): Promise<boolean> {
    return new Promise((resolve) => {
      this.socket.write(data, (error) => resolve(!error));
    });
  }

  /** The next whole reply, `100 Continue` included. */
  async reply(options: { readonly isHead?: boolean } = {}): Promise<RawReply> {
    for (;;) {
      const parsed = parseReply(this.#bytes(), options.isHead ?? false);
      if (parsed !== undefined) {
        this.#buffer = Buffer.from(parsed.rest);
        this.#length = parsed.rest.length;
        return parsed.reply;
      }
      if (this.#isClosed) throw new Error(`closed after ${this.text.slice(0, 500)}`);
      await this.#moved();
    }
  }

  async closed(): Promise<void> {
    while (!this.#isClosed) await this.#moved();
  }

  close(): void {
    this.socket.destroy();
  }

  #bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  #append(chunk: Buffer): void {
    if (this.#length + chunk.length > this.#buffer.length) {
      const grown = Buffer.alloc(2 * (this.#length + chunk.length));
      grown.set(this.#bytes());
      this.#buffer = grown;
    }
    this.#buffer.set(chunk, this.#length);
    this.#length += chunk.length;
    this.#receivedBytes += chunk.length;
  }

  #moved(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

export function post(path: string, body: string | Uint8Array, ...headers: string[]): Buffer {
  const head = [
    `POST ${path} HTTP/1.1`,
    'Host: test',
    `Content-Length: ${body.length}`,
    ...headers,
  ].join('\r\n');
  return Buffer.concat([Buffer.from(`${head}\r\n\r\n`), Buffer.from(body)]);
}

export function get(path: string, ...headers: string[]): string {
  return `${[`GET ${path} HTTP/1.1`, 'Host: test', ...headers].join('\r\n')}\r\n\r\n`;
}

export function chunkedHead(path: string): string {
  return `POST ${path} HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n`;
}

export function chunk(data: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${data.length.toString(16)}\r\n`), data, Buffer.from('\r\n')]);
}

export const LAST_CHUNK = '0\r\n\r\n';

function parseReply(bytes: Buffer, isHead: boolean): { reply: RawReply; rest: Buffer } | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const [statusLine, ...lines] = bytes.subarray(0, headEnd).toString('latin1').split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => {
      const [name, ...value] = line.split(': ');
      return [name.toLowerCase(), value.join(': ')];
    }),
  );
  const status = Number(statusLine.split(' ')[1]);
  const rest = bytes.subarray(headEnd + 4);
  if (headers['transfer-encoding'] === 'chunked') {
    const dechunked = dechunk(rest);
    return dechunked && { reply: { status, headers, body: dechunked.body }, rest: dechunked.rest };
  }
  const length = isHead || status < 200 ? 0 : Number(headers['content-length'] ?? 0);
  if (rest.length < length) return undefined;
  const body = rest.subarray(0, length);
  return { reply: { status, headers, body }, rest: rest.subarray(length) };
}

function dechunk(bytes: Buffer): { body: Buffer; rest: Buffer } | undefined {
  const parts: Buffer[] = [];
  for (let offset = 0; ; ) {
    const lineEnd = bytes.indexOf('\r\n', offset);
    if (lineEnd < 0) return undefined;
    const length = Number.parseInt(bytes.subarray(offset, lineEnd).toString('latin1'), 16);
    if (Number.isNaN(length)) {
      throw new Error(`not a chunk: ${bytes.subarray(offset, offset + 100).toString('latin1')}`);
    }
    const start = lineEnd + 2;
    offset = start + length + 2;
    if (bytes.length < offset) return undefined;
    if (length === 0) return { body: Buffer.concat(parts), rest: bytes.subarray(offset) };
    parts.push(bytes.subarray(start, start + length));
  }
}
