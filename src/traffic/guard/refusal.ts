// The reply to a request that the guard refuses: an RFC 9457 problem that says nothing of scores and features, which
// would teach an attacker.
import { randomUUID } from 'node:crypto';

/** What is sent in place of the handler's reply; an adapter leaves the body out of an answer to HEAD. */
export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const FORBIDDEN = {
  status: 403,
  title: 'Forbidden',
  detail: 'The request was refused because of unusual activity.',
};
/** The client did nothing wrong, and may come again. */
const UNAVAILABLE = {
  status: 503,
  title: 'Service Unavailable',
  detail: 'The request could not be checked.',
};

/** @param because the request was judged an anomaly, or could not be judged at all */
export function refusalFor(because: 'block' | 'error', requestId: string): Refusal {
  const { status, title, detail } = because === 'block' ? FORBIDDEN : UNAVAILABLE;
  return {
    status,
    headers: {
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'no-store',
      'X-Request-Id': requestId,
    },
    body: JSON.stringify({ type: 'about:blank', title, status, detail, requestId }),
  };
}

/** As tracing tools write them; anything else might end up in logs and headers as something it is not. */
const SANE_ID = /^[A-Za-z0-9._:/+=@-]{1,128}$/;

export function requestIdFrom(header: string | undefined): string {
  return header !== undefined && SANE_ID.test(header) ? header : randomUUID();
}
