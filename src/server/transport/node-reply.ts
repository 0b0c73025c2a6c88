// Replies on node:http.
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { giveBackShared } from '../../shared-memory.js';
import type { Reply } from '../http.js';
import { LINGER_MS } from './early-reply.js';

export function headersOf(
  { contentType, headers }: Omit<Reply, 'body'>,
  isClosing: boolean,
): OutgoingHttpHeaders {
  const closing = isClosing ? { Connection: 'close' } : {};
  return { 'Content-Type': contentType, ...headers, ...closing };
}

export function sendReply(response: ServerResponse, reply: Reply, isClosing: boolean): void {
  writeHead(response, reply, isClosing);
  const { body } = reply;
  response.end(body, () => typeof body === 'string' || giveBackShared(body));
}

/**
 * A reply sent while the body still arrives. `end()` would close the socket with unread data; so the body is
 * discarded first, for at most LINGER_MS.
 */
export function sendEarlyReply(
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
): void {
  writeHead(response, reply, true);
  response.flushHeaders();
  response.write(reply.body);
  const timer = setTimeout(() => request.socket.destroy(), LINGER_MS);
  request.socket.once('close', () => clearTimeout(timer));
  request.once('end', () => response.end());
  request.resume();
}

function writeHead(response: ServerResponse, reply: Reply, isClosing: boolean): void {
  const headers = headersOf(reply, isClosing);
  headers['Content-Length'] = Buffer.byteLength(reply.body);
  response.writeHead(reply.status, headers);
}
