// The guard as middleware of Hono, on @hono/node-server or wherever else Node's modules are: for an application, a path
// or one route.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context, MiddlewareHandler, Next } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { Decision } from '../guard/decision.js';
import type { Exchange } from '../guard/exchange.js';
import { type Carrier, createGuard, type Guard } from '../guard/guard.js';
import type { GuardOptions } from '../guard/guard-options.js';
import { isLater } from '../guard/maybe-later.js';
import type { Ruling } from '../guard/ruling.js';
import { verifiedClaims } from '../guard/verified-claims.js';
import { tellEnd } from './guard-http.js';
import { trustedAddress } from './trusted-address.js';

export interface HonoGuardOptions extends GuardOptions<Context> {
  /** Proxies that may tell the client's address in X-Forwarded-For, as `['loopback', '10.0.0.0/8']`. @default none */
  readonly trustProxy?: string | readonly string[];
  /** The client's address, in place of what @hono/node-server and `trustProxy` tell. */
  readonly address?: (context: Context) => string | undefined;
}

/** Handlers find the decision by `context.get('anomalyDecision')`. */
export interface HonoGuard extends Omit<Guard<Context>, 'decide' | 'answered'> {
  (context: Context, next: Next): ReturnType<MiddlewareHandler>;
}

declare module 'hono' {
  interface ContextVariableMap {
    /** Undefined where the guard has not come to a decision yet; of another name under `requestPropertyName`. */
    anomalyDecision?: Decision;
  }
}

/** @throws AnomalyPredictorError as `createGuard` does, TypeError for a proxy that is no address */
export function honoGuard(options: HonoGuardOptions): HonoGuard {
  const { trustProxy, address, ...others } = options;
  const { decide, answered, ...rest } = createGuard(others, VARIABLES);
  const peerAddress = trustedAddress(trustProxy);
  const addressing: Addressing = {
    addressOf: address ?? ((context) => nodeAddress(context, peerAddress)),
    trustedProxies: address === undefined && trustProxy === undefined ? 'none' : 'listed',
  };

  async function follow(ruling: Ruling, startMs: number, context: Context, next: Next) {
    const { outgoing } = bindingsOf(context);
    if (outgoing !== undefined) tellEnd({ answered }, ruling, startMs, outgoing);
    const { refusal, headers } = ruling;
    if (refusal === undefined) await next();
    else context.res = new Response(refusal.body, refusal);
    for (const name in headers) context.header(name, headers[name]);
    if (outgoing !== undefined) return;
    answered(ruling, context.res.status, performance.now() - startMs);
  }

  return Object.assign((context: Context, next: Next) => {
    const startMs = performance.now();
    const ruling = decide(new HonoExchange(context, addressing));
    return isLater(ruling)
      ? Promise.resolve(ruling).then((late) => follow(late, startMs, context, next))
      : follow(ruling, startMs, context, next);
  }, rest);
}

const VARIABLES: Carrier<Context> = {
  get: (context, name) => context.get(name),
  set: (context, name, decision) => context.set(name, decision),
};

/** What @hono/node-server gives to each request. */
interface NodeBindings {
  readonly incoming?: IncomingMessage;
  readonly outgoing?: ServerResponse;
}

function bindingsOf({ env }: Context): NodeBindings {
  return env?.server ?? env ?? {};
}

function nodeAddress(
  context: Context,
  peerAddress: ReturnType<typeof trustedAddress>,
): string | undefined {
  const { incoming } = bindingsOf(context);
  return incoming && peerAddress(incoming);
}

interface Addressing extends Pick<Exchange<Context>, 'trustedProxies'> {
  addressOf(context: Context): string | undefined;
}

class HonoExchange implements Exchange<Context> {
  readonly request: Context;
  readonly #addressing: Addressing;

  constructor(context: Context, addressing: Addressing) {
    this.request = context;
    this.#addressing = addressing;
  }

  get method(): string {
    return this.request.req.method;
  }

  get path(): string {
    return this.request.req.path;
  }

  /** Hono matches handlers and middleware at once: what has no wildcard is rather a handler's than one's for many paths. */
  get route(): string | undefined {
    return matchedRoutes(this.request).find(({ path }) => !path.includes('*'))?.path;
  }

  get address(): string | undefined {
    return this.#addressing.addressOf(this.request);
  }

  get trustedProxies(): Addressing['trustedProxies'] {
    return this.#addressing.trustedProxies;
  }

  get claims(): Readonly<Record<string, unknown>> | undefined {
    return verifiedClaims(this.request.get('jwtPayload'), this.request.get('user'));
  }

  header(name: string): string | undefined {
    return this.request.req.header(name);
  }
}
