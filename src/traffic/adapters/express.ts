// The guard as middleware of Express, for a whole application, a router or one route.
import type { NextFunction, Request, Response } from 'express';
import type { Exchange } from '../guard/exchange.js';
import { createGuard, type Guard } from '../guard/guard.js';
import type { GuardOptions } from '../guard/guard-options.js';
import { verifiedClaims } from '../guard/verified-claims.js';
import { ExpressAddresses } from './express-addresses.js';
import { trustsAll } from './express-trust.js';
import { guardHttp, headerOf } from './guard-http.js';

export interface ExpressGuard extends Omit<Guard<Request>, 'decide' | 'answered'> {
  (request: Request, response: Response, next: NextFunction): void;
}

/** @throws AnomalyPredictorError as `createGuard` does */
export function expressGuard(options: GuardOptions<Request>): ExpressGuard {
  const { decide, answered, ...rest } = createGuard(options);
  const guard = { decide, answered };
  const addresses = new ExpressAddresses();
  const middleware = (request: Request, response: Response, next: NextFunction) =>
    guardHttp(guard, new ExpressExchange(request, middleware, addresses), response, next);
  return Object.assign(middleware, rest);
}

const UNREAD = Symbol('unread');

type TrustedProxies = Exchange<Request>['trustedProxies'];

class ExpressExchange implements Exchange<Request> {
  readonly request: Request;
  readonly #middleware: unknown;
  readonly #addresses: ExpressAddresses;
  #claims: ReturnType<typeof verifiedClaims> | typeof UNREAD = UNREAD;

  constructor(request: Request, middleware: unknown, addresses: ExpressAddresses) {
    this.request = request;
    this.#middleware = middleware;
    this.#addresses = addresses;
  }

  get method(): string {
    return this.request.method;
  }

  get path(): string {
    return this.request.originalUrl;
  }

  /** Known where the guard is mounted on the route itself. */
  get route(): string | undefined {
    const { route, baseUrl } = this.request;
    if (typeof route?.path !== 'string') return undefined;
    // One that has passed the request on stays there, and says nothing of where it will end.
    const isHere = route.stack.some(
      ({ handle }: { handle: unknown }) => handle === this.#middleware,
    );
    return isHere ? baseUrl + route.path : undefined;
  }

  get address(): string | undefined {
    return this.#addresses.of(this.request);
  }

  get trustedProxies(): TrustedProxies {
    const { app } = this.request;
    if (!app.get('trust proxy')) return 'none';
    return trustsAll(app.get('trust proxy fn')) ? 'all' : 'listed';
  }

  /** Looked up once: what a request of Express does not have is sought along a long chain of prototypes. */
  get claims(): Readonly<Record<string, unknown>> | undefined {
    if (this.#claims === UNREAD) {
      const { auth, user } = this.request as Request & { auth?: unknown; user?: unknown };
      this.#claims = verifiedClaims(auth, user);
    }
    return this.#claims;
  }

  header(name: string): string | undefined {
    return headerOf(this.request, name);
  }
}
