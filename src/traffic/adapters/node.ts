// The guard before a listener of plain node:http, and of connect.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Exchange } from '../guard/exchange.js';
import { createGuard, type Guard } from '../guard/guard.js';
import type { GuardOptions } from '../guard/guard-options.js';
import { verifiedClaims } from '../guard/verified-claims.js';
import { guardHttp, headerOf } from './guard-http.js';
import { type AddressOf, trustedAddress } from './trusted-address.js';

export interface NodeGuardOptions<Request extends IncomingMessage = IncomingMessage>
  extends GuardOptions<Request> {
  /** Proxies that may tell the client's address in X-Forwarded-For, as `['loopback', '10.0.0.0/8']`. @default none */
  readonly trustProxy?: string | readonly string[];
}

export interface NodeGuard<Request extends IncomingMessage = IncomingMessage>
  extends Omit<Guard<Request>, 'decide' | 'answered'> {
  /** Calls `next` where the request goes on. */
  (request: Request, response: ServerResponse, next: () => void): void;
}

/** @throws AnomalyPredictorError as `createGuard` does, TypeError for a proxy that is no address */
export function nodeGuard<Request extends IncomingMessage = IncomingMessage>(
  options: NodeGuardOptions<Request>,
): NodeGuard<Request> {
  const { trustProxy, ...others } = options;
  const { decide, answered, ...rest } = createGuard<Request>(others);
  const guard = { decide, answered };
  const trusted = { addressOf: trustedAddress(trustProxy), isListed: trustProxy !== undefined };
  return Object.assign(
    (request: Request, response: ServerResponse, next: () => void) =>
      guardHttp(guard, new NodeExchange(request, trusted), response, next),
    rest,
  );
}

interface Trusted {
  readonly addressOf: AddressOf;
  /** Whether there are proxies that may tell an address. */
  readonly isListed: boolean;
}

class NodeExchange<Request extends IncomingMessage> implements Exchange<Request> {
  readonly request: Request;
  readonly route = undefined;
  readonly #trusted: Trusted;

  constructor(request: Request, trusted: Trusted) {
    this.request = request;
    this.#trusted = trusted;
  }

  get method(): string {
    return this.request.method ?? '';
  }

  get path(): string {
    return this.request.url ?? '';
  }

  get address(): string | undefined {
    return this.#trusted.addressOf(this.request);
  }

  get trustedProxies(): 'none' | 'listed' {
    return this.#trusted.isListed ? 'listed' : 'none';
  }

  get claims(): Readonly<Record<string, unknown>> | undefined {
    const { auth, user } = this.request as Request & { auth?: unknown; user?: unknown };
    return verifiedClaims(auth, user);
  }

  header(name: string): string | undefined {
    return headerOf(this.request, name);
  }
}
