// The contract of http.ts on node:http: for Node versions without a binary of uWebSockets.js.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Application, Listen, RequestHead } from '../http.js';
import { mustLinger } from './early-reply.js';
import { listenError } from './listen-error.js';
import { NodeBody } from './node-body.js';
import { NodeConnections } from './node-connections.js';
import { sendEarlyReply, sendReply } from './node-reply.js';
import { NodeStream } from './node-stream.js';

const LONGEST_SWEEP_MS = 2000;

/**
 * Serves with node:http. `idleTimeoutMs` counts for the whole head of a request (then 408) and for any silence while
 * a body arrives, a reply is taken, or a connection waits for its next request.
 * @throws AnomalyPredictorError 'bad-option' when it cannot listen
 */
export const listenWithNodeHttp: Listen = async (application, options) => {
  const { host, port, idleTimeoutMs } = options;
  const server = createServer({
    headersTimeout: idleTimeoutMs,
    keepAliveTimeout: idleTimeoutMs,
    // Bodies may stream for hours.
    requestTimeout: 0,
    connectionsCheckingInterval: Math.min(LONGEST_SWEEP_MS, Math.ceil(idleTimeoutMs / 4)),
  });
  const connections = new NodeConnections(server, idleTimeoutMs);
  server.on('request', (request, response) => answer(application, connections, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenError(options, error)));
    server.listen(port, host, resolve);
  });

  let closed: Promise<void> | undefined;
  return {
    port: (server.address() as AddressInfo).port,
    transport: 'node:http',
    close: () => {
      // It would also close those whose reply is written but not yet sent; `connections` knows better.
      server.closeIdleConnections = () => {};
      closed ??= new Promise((resolve) => {
        server.close(() => resolve());
        connections.drain();
      });
      return closed;
    },
  };
};

function answer(
  application: Application,
  connections: NodeConnections,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { headers } = request;
  const head = headOf(request);
  const admission = application.admit(head);
  if (admission.kind === 'body') {
    const body = new NodeBody(connections, request, response, admission, head.contentLengthBytes);
    connections.begin(request, response, body);
    body.begin();
  } else if (admission.kind === 'stream') {
    const stream = new NodeStream(connections, request, response);
    connections.begin(request, response, stream);
    stream.run(admission);
  } else {
    connections.begin(request, response, { isWorking: false, gone() {} });
    const transferEncoding = headers['transfer-encoding'] ?? '';
    if (mustLinger(head.contentLengthBytes, transferEncoding, headers.connection ?? '')) {
      sendEarlyReply(request, response, admission.reply);
    } else {
      sendReply(response, admission.reply, connections.isDraining);
    }
  }
}

function headOf({ method = '', url = '', headers, socket }: IncomingMessage): RequestHead {
  const declared = headers['content-length'];
  const queryStart = url.indexOf('?');
  return {
    method,
    path: queryStart < 0 ? url : url.slice(0, queryStart),
    query: queryStart < 0 ? '' : url.slice(queryStart + 1),
    authorization: headers.authorization ?? '',
    contentType: headers['content-type'] ?? '',
    accept: headers.accept ?? '',
    contentLengthBytes: declared === undefined ? undefined : Number(declared),
    remoteAddress: () => (socket.remoteAddress ?? '').replace(/^::ffff:(?=.*\.)/, ''),
  };
}
