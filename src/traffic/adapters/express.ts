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
  return Object.assign(
    (request: Request, response: Response, next: NextFunction) =>
      guardHttp(guard, new ExpressExchange(request), response, next),
    rest,
  );
}

class ExpressExchange implements Exchange<Request> {
  readonly request: Request;

  constructor(request: Request) {
    this.request = request;
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
    return typeof route?.path === 'string' ? baseUrl + route.path : undefined;
  }

  get address(): string | undefined {
    return this.request.ip;
  }

  get trustedProxies(): 'none' | 'listed' | 'all' {
    const trust: unknown = this.request.app.get('trust proxy');
    if (trust === true) return 'all';
    return trust === false || trust === undefined ? 'none' : 'listed';
  }

  get claims(): Readonly<Record<string, unknown>> | undefined {
    const { auth, user } = this.request as Request & { auth?: unknown; user?: unknown };
    return verifiedClaims(auth, user);
  }

  header(name: string): string | undefined {
    return headerOf(this.request, name);
  }
}
