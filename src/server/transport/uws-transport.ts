// The contract of http.ts on uWebSockets.js, the fastest HTTP server for Node: native code on the event
// loop of the calling thread. The only file that loads the package.

import type { HttpRequest, HttpResponse, us_listen_socket } from 'uWebSockets.js';
import { createServer, SocketAddress } from 'node:net';
import { AnomalyPredictorError } from '../../errors.js';
import type {
  Application,
  ImmediateAdmission,
  Listen,
  ListenOptions,
  RequestHead,
} from '../http.js';
import { mustLinger } from './early-reply.js';
import { listenError } from './listen-error.js';
import { UwsBody } from './uws-body.js';
import { UwsInFlight } from './uws-in-flight.js';
import { EarlyReply, sendReply } from './uws-reply.js';
import { UwsStream } from './uws-stream.js';

/**
 * Serves with uWebSockets.js. `idleTimeoutMs` counts while a body arrives or a reply is taken, to within 2 s; the
 * head of a request, and an idle connection between two requests, have the fixed 8 to 12 s of uWebSockets.js. A client
 * that goes away while its upload is paused is noticed when it has stalled for that long.
 * What it does not do: HTTP/1.0 and a request line that arrives in parts (505), trailers, half-closed connections, and
 * requests that are pipelined behind one whose reply is still being made (it closes the connection). It answers
 * `Expect: 100-continue` by itself.
 * @throws AnomalyPredictorError 'bad-option' when the package does not load or cannot listen
 */
export const listenWithUws: Listen = async (application, options) => {
  const { App, LIBUS_LISTEN_EXCLUSIVE_PORT, us_listen_socket_close, us_socket_local_port } =
    await loadUws();
  const app = App();
  const socket = await new Promise<us_listen_socket | false>((resolve) => {
    app.listen(options.host, options.port, LIBUS_LISTEN_EXCLUSIVE_PORT, resolve);
  });
  if (socket === false) throw listenError(options, await whyNotListening(options));
  const inFlight = new UwsInFlight(options.idleTimeoutMs);
  const handle = (method: string, res: HttpResponse, req: HttpRequest) =>
    answer(application, inFlight, new UwsRequestHead(method, res, req), res, req);
  // A route of its own saves the hot one from asking for its method (140 ns of about 9 µs, Node 20).
  app.post('/*', (res, req) => handle('POST', res, req));
  app.any('/*', (res, req) => handle(req.getCaseSensitiveMethod(), res, req));

  let closed: Promise<void> | undefined;
  const close = async () => {
    us_listen_socket_close(socket);
    await inFlight.drain();
    // The last reply may still be in the cork of the callback that sent it.
    await new Promise((resolve) => setImmediate(resolve));
    app.close();
  };
  return {
    port: us_socket_local_port(socket),
    transport: 'uWebSockets.js',
    close: () => {
      closed ??= close();
      return closed;
    },
  };
};

/** @throws AnomalyPredictorError 'bad-option' where the package has no binary for this Node. */
export async function loadUws(): Promise<UwsModule> {
  try {
    const uws = (await import('uWebSockets.js')) as unknown as UwsModule;
    // Without its own "uWebSockets" header in every reply.
    uws._cfg('silent');
    return uws;
  } catch (cause) {
    const { version, platform, arch } = process;
    throw new AnomalyPredictorError(
      'bad-option',
      `uWebSockets.js has no binary for Node ${version} on ${platform} ${arch}`,
      {},
      { cause },
    );
  }
}

/** What the package has beyond its types. */
interface UwsModule {
  App(): UwsApp;
  readonly LIBUS_LISTEN_EXCLUSIVE_PORT: number;
  us_listen_socket_close(socket: us_listen_socket): void;
  us_socket_local_port(socket: us_listen_socket): number;
  _cfg(key: 'silent'): void;
}

interface UwsApp {
  post(pattern: string, handler: (res: HttpResponse, req: HttpRequest) => void): UwsApp;
  any(pattern: string, handler: (res: HttpResponse, req: HttpRequest) => void): UwsApp;
  listen(
    host: string,
    port: number,
    options: number,
    onListening: (socket: us_listen_socket | false) => void,
  ): UwsApp;
  close(): void;
}

/** uWebSockets.js does not say why it cannot listen; node:net does. */
async function whyNotListening({ host, port }: ListenOptions): Promise<NodeJS.ErrnoException> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once('error', resolve);
    probe.listen(port, host, () => probe.close(() => resolve(new Error('refused by the system'))));
  });
}

function answer(
  application: Application,
  inFlight: UwsInFlight,
  head: UwsRequestHead,
  res: HttpResponse,
  req: HttpRequest,
): void {
  const isHead = head.method === 'HEAD';
  const admission = application.admit(head);
  inFlight.begin();
  if (admission.kind === 'body') {
    new UwsBody(inFlight, res, admission, head.contentLengthBytes, isHead).begin();
  } else if (admission.kind === 'stream') {
    new UwsStream(inFlight, res, isHead).run(admission);
  } else {
    answerAtOnce(inFlight, res, req, admission, head.contentLengthBytes, isHead);
  }
}

function answerAtOnce(
  inFlight: UwsInFlight,
  res: HttpResponse,
  req: HttpRequest,
  { reply }: ImmediateAdmission,
  declaredBytes: number | undefined,
  isHead: boolean,
): void {
  if (mustLinger(declaredBytes, req.getHeader('transfer-encoding'), req.getHeader('connection'))) {
    const early = new EarlyReply(inFlight, res, reply, isHead);
    res.onAborted(() => early.onAborted());
    res.onData((_, isLast) => early.onData(isLast));
  } else {
    sendReply(inFlight, res, reply, isHead);
  }
}

class UwsRequestHead implements RequestHead {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly authorization: string;
  readonly contentType: string;
  readonly accept: string;
  readonly contentLengthBytes: number | undefined;
  readonly #res: HttpResponse;

  constructor(method: string, res: HttpResponse, req: HttpRequest) {
    this.#res = res;
    this.method = method;
    this.path = req.getUrl();
    this.query = req.getQuery() ?? '';
    this.authorization = req.getHeader('authorization');
    this.contentType = req.getHeader('content-type');
    this.accept = req.getHeader('accept');
    const declared = req.getHeader('content-length');
    this.contentLengthBytes = declared === '' ? undefined : Number(declared);
  }

  remoteAddress(): string {
    return canonicalAddress(Buffer.from(this.#res.getRemoteAddressAsText()).toString());
  }
}

/** '::1' for the eight groups in full that uWebSockets.js writes, '127.0.0.1' for the same mapped to IPv6. */
function canonicalAddress(address: string): string {
  if (!address.includes(':')) return address;
  return new SocketAddress({ address, family: 'ipv6' }).address.replace(/^::ffff:(?=.*\.)/, '');
}
