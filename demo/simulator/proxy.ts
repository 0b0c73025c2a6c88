// What stands between the simulated clients and the shop: a connection over which it passes on their requests in the
// order of their times, with the addresses that they come from. A client's next request waits for the reply to its last.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { TIME_HEADER } from '../shop/running-shop.js';
import { tokenOf } from '../shop/stock.js';
import type { SimulatedRequest } from './traffic.js';

/** Replies that may be outstanding. */
const MOST_IN_FLIGHT = 64;
const HEAD_END = '\r\n\r\n';

/**
 * @returns the statuses of the replies, in the order of the requests
 * @throws where the connection ends, or a reply is none
 */
export async function sendThroughProxy(
  port: number,
  requests: readonly SimulatedRequest[],
): Promise<Uint16Array> {
  const statuses = new Uint16Array(requests.length);
  const busyClients = new Set<number>();
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  let nSent = 0;
  let nReceived = 0;
  await new Promise<void>((resolve, reject) => {
    const fail = () => reject(new Error(`the shop hung up after ${nReceived} replies`));
    socket.once('close', fail);
    socket.once('error', reject);
    readReplies(
      socket,
      reject,
      (status) => {
        statuses[nReceived] = status;
        busyClients.delete(requests[nReceived].client.id);
        nReceived++;
      },
      () => {
        if (nReceived < requests.length) {
          send();
          return;
        }
        socket.off('close', fail);
        socket.destroy();
        resolve();
      },
    );
    function send(): void {
      let batch = '';
      while (nSent < requests.length && nSent - nReceived < MOST_IN_FLIGHT) {
        const request = requests[nSent];
        if (busyClients.has(request.client.id)) break;
        busyClients.add(request.client.id);
        batch += requestText(request, nSent++);
      }
      if (batch !== '') socket.write(batch);
    }
    send();
  });
  return statuses;
}

function requestText(request: SimulatedRequest, index: number): string {
  const { method, path, body, user, cart, timeMs, client } = request;
  const text = body === undefined ? '' : JSON.stringify(body);
  const headers = [
    `${method} ${path} HTTP/1.1`,
    'Host: shop',
    `X-Forwarded-For: ${client.address}`,
    `X-Request-Id: ${index}`,
    `${TIME_HEADER}: ${timeMs}`,
  ];
  if (user !== undefined) headers.push(`Authorization: Bearer ${tokenOf(user)}`);
  if (cart !== undefined) headers.push(`Cart-Id: ${cart}`);
  if (text !== '') headers.push('Content-Type: application/json', `Content-Length: ${text.length}`);
  return headers.join('\r\n') + HEAD_END + text;
}

/** Calls `onReply` for every reply, which all have a length, and `onRead` once those are over that came together. */
function readReplies(
  socket: Socket,
  onError: (error: Error) => void,
  onReply: (status: number) => void,
  onRead: () => void,
): void {
  let rest = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    const text = rest + chunk;
    let at = 0;
    for (;;) {
      const headEnd = text.indexOf(HEAD_END, at);
      if (headEnd < 0) break;
      const head = text.slice(at, headEnd);
      const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]);
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1]);
      if (Number.isNaN(status + length)) {
        onError(new Error(`no reply of known length: ${head}`));
        return;
      }
      const end = headEnd + HEAD_END.length + length;
      if (end > text.length) break;
      onReply(status);
      at = end;
    }
    rest = text.slice(at);
    onRead();
  });
}
