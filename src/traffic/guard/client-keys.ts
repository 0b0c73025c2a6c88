// Who a request comes from. The default is the verified token's subject, else the address. Keys and cookies are for
// those who check them before the guard: a client can make up a new one for each request, and be a new client each time.
import { hashedKey } from '../identity/short-key.js';
import type { OfRequest } from './guard-options.js';
import { after, isLater, type MaybeLater } from './maybe-later.js';

export type ClientKey = OfRequest<unknown, string | undefined>;

/** A claim of the verified token, as `sub:alice`; nothing where no authentication ran before. */
export function tokenClaim(name: string): ClientKey {
  return (_, { claims }) => {
    const value = claims?.[name];
    const isKey = typeof value === 'number' || (typeof value === 'string' && value !== '');
    return isKey ? `${name}:${value}` : undefined;
  };
}

/** A header that holds a secret, hashed. */
export function apiKey(header = 'x-api-key'): ClientKey {
  const name = header.toLowerCase();
  return (_, exchange) => secret(name, exchange.header(name));
}

/** A cookie, hashed. */
export function cookie(name: string): ClientKey {
  return (_, exchange) => secret(name, cookieValue(exchange.header('cookie'), name));
}

/** The address: of IPv6 the network that one subscriber has. */
export function clientAddress(): ClientKey {
  return (_request, _exchange, address) => address?.client;
}

/** The first of them that says anything. */
export function firstOf<Request>(
  ...keys: readonly OfRequest<Request, string | undefined>[]
): OfRequest<Request, string | undefined> {
  return (request, exchange, address) => firstFrom(0, keys, request, exchange, address);
}

function firstFrom<Request>(
  start: number,
  keys: readonly OfRequest<Request, string | undefined>[],
  ...asked: Parameters<OfRequest<Request, unknown>>
): MaybeLater<string | undefined> {
  for (let at = start; at < keys.length; at++) {
    const key = keys[at](...asked);
    if (isLater(key)) return after(key, (late) => late || firstFrom(at + 1, keys, ...asked));
    if (key) return key;
  }
  return undefined;
}

function secret(name: string, value: string | undefined): string | undefined {
  return value ? `${name}:${hashedKey(value)}` : undefined;
}

/** RFC 6265, 5.4: `name=value; name=value`. */
function cookieValue(header: string | undefined, name: string): string | undefined {
  for (const pair of header?.split(';') ?? []) {
    const equals = pair.indexOf('=');
    if (equals >= 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
  }
  return undefined;
}
