// The guard as a plugin of Fastify: for every route of the instance that registers it, unless a route says otherwise.
import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  HookHandlerDoneFunction,
} from 'fastify';
import { AnomalyPredictorError, showValue } from '../../errors.js';
import type { Decision, GuardMode } from '../guard/decision.js';
import type { Exchange } from '../guard/exchange.js';
import { createGuard, type Guard } from '../guard/guard.js';
import type { GuardOptions } from '../guard/guard-options.js';
import { isLater } from '../guard/maybe-later.js';
import type { Ruling } from '../guard/ruling.js';
import { verifiedClaims } from '../guard/verified-claims.js';
import { headerOf, tellEnd } from './guard-http.js';

const HOOKS = ['onRequest', 'preValidation', 'preHandler'] as const;

export interface FastifyGuardOptions extends GuardOptions<FastifyRequest> {
  /** When the guard rules: `preHandler` is after the authentication, and after the body was read. @default 'onRequest' */
  readonly hook?: (typeof HOOKS)[number];
}

/** To be registered once; closes with the instance. */
export interface FastifyGuard extends Omit<Guard<FastifyRequest>, 'decide' | 'answered' | 'close'> {
  // biome-ignore lint/suspicious/noExplicitAny: on whatever server, HTTP/2 and TLS included
  (instance: FastifyInstance<any, any, any, any>, options: object, done: () => void): void;
}

/** What a route's `config` may hold as `anomaly`: a mode of its own, or false, which leaves its requests alone. */
export type RouteGuard = { readonly mode: GuardMode } | false;

declare module 'fastify' {
  interface FastifyContextConfig {
    anomaly?: RouteGuard;
  }
  interface FastifyRequest {
    /** Undefined where the guard has not come to a decision yet; of another name under `requestPropertyName`. */
    anomalyDecision?: Decision;
  }
}

/** @throws AnomalyPredictorError as `createGuard` does */
export function fastifyGuard({
  hook = 'onRequest',
  ...options
}: FastifyGuardOptions): FastifyGuard {
  if (!HOOKS.includes(hook)) {
    throw new AnomalyPredictorError(
      'bad-option',
      `hook: expected one of ${HOOKS.join(', ')}, got ${showValue(hook)}`,
      { field: 'hook', value: hook },
    );
  }
  const { decide, answered, close, ...rest } = createGuard(options);
  let known: TrustedProxies | undefined;
  const trustedProxies: TrustOf = (request) => {
    known ??= trustOf(request);
    return known;
  };

  function rule(request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void {
    const startMs = performance.now();
    const ruling = decide(new FastifyExchange(request, trustedProxies));
    const follow = (now: Ruling) => {
      tellEnd({ answered }, now, startMs, reply.raw);
      const { refusal, headers } = now;
      if (refusal !== undefined) {
        // As bytes: to a text Fastify would add a charset.
        reply.code(refusal.status).headers(refusal.headers).send(Buffer.from(refusal.body));
      } else {
        if (headers !== undefined) reply.headers(headers);
        done();
      }
    };
    if (isLater(ruling)) ruling.then(follow);
    else follow(ruling);
  }

  const plugin: FastifyGuard = Object.assign(
    (instance: FastifyInstance, _: object, done: () => void) => {
      instance.addHook(hook as 'onRequest', rule);
      instance.addHook('onClose', close);
      done();
    },
    rest,
  );
  // Fastify's sign for a plugin whose hooks are those of the instance that registers it.
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true });
}

type TrustedProxies = Exchange<FastifyRequest>['trustedProxies'];
/** Asked by the guard, which bears what it throws: a function of the user's may be behind it. */
type TrustOf = (request: FastifyRequest) => TrustedProxies;

/** Addresses that nobody has (RFC 5737). */
const NOBODY = '192.0.2.1';
const NOBODY_ELSE = '192.0.2.2';

/** Fastify keeps its setting to itself: whoever trusts nobody's word for an address trusts everyone's. */
function trustOf(request: FastifyRequest): TrustedProxies {
  if (request.ips === undefined) return 'none';
  const raw = {
    socket: { remoteAddress: NOBODY },
    headers: { 'x-forwarded-for': NOBODY_ELSE },
  };
  const { ip } = Object.create(request, { raw: { value: raw } }) as FastifyRequest;
  return ip === NOBODY_ELSE ? 'all' : 'listed';
}

class FastifyExchange implements Exchange<FastifyRequest> {
  readonly request: FastifyRequest;
  readonly #trustOf: TrustOf;

  constructor(request: FastifyRequest, trustOf: TrustOf) {
    this.request = request;
    this.#trustOf = trustOf;
  }

  get method(): string {
    return this.request.method;
  }

  get path(): string {
    return this.request.originalUrl;
  }

  get route(): string | undefined {
    return this.request.routeOptions.url;
  }

  get routeMode(): GuardMode | 'off' | undefined {
    const { anomaly } = this.request.routeOptions.config;
    return anomaly === false ? 'off' : anomaly?.mode;
  }

  get address(): string | undefined {
    return this.request.ip;
  }

  get trustedProxies(): TrustedProxies {
    return this.#trustOf(this.request);
  }

  get claims(): Readonly<Record<string, unknown>> | undefined {
    const { auth, user } = this.request as FastifyRequest & { auth?: unknown; user?: unknown };
    return verifiedClaims(auth, user);
  }

  header(name: string): string | undefined {
    return headerOf(this.request.raw, name);
  }
}
