// The guard before a listener of plain node:http, and of connect.
import type { IncomingMessage, ServerResponse } from 'node:http';
import proxyAddr from 'proxy-addr';
import type { Exchange } from '../guard/exchange.js';
import { createGuard, type Guard } from '../guard/guard.js';
import type { GuardOptions } from '../guard/guard-options.js';
import { verifiedClaims } from '../guard/verified-claims.js';
import { guardHttp, headerOf } from './guard-http.js';

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
  const trust =
    trustProxy === undefined
      ? undefined
      : proxyAddr.compile(typeof trustProxy === 'string' ? trustProxy : [...trustProxy]);
  return Object.assign(
    (request: Request, response: ServerResponse, next: () => void) =>
      guardHttp(guard, new NodeExchange(request, trust), response, next),
    rest,
  );
}

type Trust = ReturnType<typeof proxyAddr.compile>;

class NodeExchange<Request extends IncomingMessage> implements Exchange<Request> {
  readonly request: Request;
  readonly route = undefined;
  readonly #trust: Trust | undefined;

  constructor(request: Request, trust: Trust | undefined) {
    this.request = request;
    this.#trust = trust;
  }

  get method(): string {
    return this.request.method ?? '';
  }

  get path(): string {
    return this.request.url ?? '';
  }

  get address(): string | undefined {
    const { remoteAddress } = this.request.socket;
    if (this.#trust === undefined || remoteAddress === undefined) return remoteAddress;
    return proxyAddr(this.request, this.#trust);
  }

  get trustedProxies(): 'none' | 'listed' {
    return this.#trust === undefined ? 'none' : 'listed';
  }

  get claims(): Readonly<Record<string, unknown>> | undefined {
    const { auth, user } = this.request as Request & { auth?: unknown; user?: unknown };
    return verifiedClaims(auth, user);
  }

  header(name: string): string | undefined {
    return headerOf(this.request, name);
  }
}
