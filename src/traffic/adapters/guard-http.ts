// What frameworks on top of node:http have in common: refusing, and knowing how a reply ended.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Exchange } from '../guard/exchange.js';
import type { Guard } from '../guard/guard.js';
import { isLater } from '../guard/maybe-later.js';
import type { Ruling } from '../guard/ruling.js';

/** nginx' status for a client that went away before its reply began. */
const CLIENT_GONE = 499;

/** Calls `next` where the request goes on, at once where nothing has to be waited for, and answers it where not. */
export function guardHttp<Request>(
  guard: Pick<Guard<Request>, 'decide' | 'answered'>,
  exchange: Exchange<Request>,
  response: ServerResponse,
  next: () => void,
): void {
  const startMs = performance.now();
  const ruling = guard.decide(exchange);
  if (isLater(ruling)) {
    ruling.then((late) => follow(guard, late, startMs, response, next));
  } else {
    follow(guard, ruling, startMs, response, next);
  }
}

function follow(
  guard: Pick<Guard<never>, 'answered'>,
  ruling: Ruling,
  startMs: number,
  response: ServerResponse,
  next: () => void,
): void {
  const { refusal, headers } = ruling;
  tellEnd(guard, ruling, startMs, response);
  // While the guard waited, something else may have answered: a time limit of the application's.
  const isSent = response.headersSent;
  if (refusal !== undefined) {
    if (isSent) return;
    response.writeHead(refusal.status, {
      ...refusal.headers,
      'Content-Length': Buffer.byteLength(refusal.body),
    });
    response.end(refusal.body);
    return;
  }
  if (!isSent) for (const name in headers) response.setHeader(name, headers[name]);
  next();
}

/** Tells the guard how `response` ended, once it has. `startMs`: when the request came, on the clock of `performance.now()` */
export function tellEnd(
  guard: Pick<Guard<never>, 'answered'>,
  ruling: Ruling,
  startMs: number,
  response: ServerResponse,
): void {
  const ended = () => {
    const status = response.headersSent ? response.statusCode : CLIENT_GONE;
    guard.answered(ruling, status, performance.now() - startMs);
  };
  if (response.closed) ended();
  else response.on('close', ended);
}

/** First value of a header of `request`. */
export function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
