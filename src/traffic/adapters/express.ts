// The guard as middleware of Express, for a whole application, a router or one route.
import type { NextFunction, Request, Response } from 'express';
import type { Exchange } from '../guard/exchange.js';
import { createGuard, type Guard } from '../guard/guard.js';
import type { GuardOptions } from '../guard/guard-options.js';
import { verifiedClaims } from '../guard/verified-claims.js';
import { guardHttp, headerOf } from './guard-http.js';

export interface ExpressGuard extends Omit<Guard<Request>, 'decide' | 'answered'> {
  (request: Request, response: Response, next: NextFunction): void;
}

/** @throws AnomalyPredictorError as `createGuard` does */
export function expressGuard(options: GuardOptions<Request>): ExpressGuard {
  const { decide, answered, ...rest } = createGuard(options);
  const guard = { decide, answered };
  const middleware = (request: Request, response: Response, next: NextFunction) =>
    guardHttp(guard, new ExpressExchange(request, middleware), response, next);
  return Object.assign(middleware, rest);
}

const UNREAD = Symbol('unread');

type TrustedProxies = Exchange<Request>['trustedProxies'];

class ExpressExchange implements Exchange<Request> {
  readonly request: Request;
  readonly #middleware: unknown;
  #claims: ReturnType<typeof verifiedClaims> | typeof UNREAD = UNREAD;

  constructor(request: Request, middleware: unknown) {
    this.request = request;
    this.#middleware = middleware;
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
    return this.request.ip;
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

/** An address that nobody has (RFC 5737). */
const NOBODY = '192.0.2.1';
/** Hops to a proxy that is farther than any. */
const FAR_AWAY = 1_000;
const known = new WeakMap<TrustProxy, boolean>();

type TrustProxy = (address: string, hops: number) => boolean;

/** Whoever trusts the word of nobody, however far away, trusts everyone's. */
function trustsAll(trust: TrustProxy): boolean {
  let all = known.get(trust);
  if (all === undefined) {
    all = trust(NOBODY, FAR_AWAY);
    known.set(trust, all);
  }
  return all;
}
