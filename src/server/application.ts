// Every request from head to reply: find the route, check who may call it, run it, turn errors into
// replies and count the outcome.
import { performance } from 'node:perf_hooks';
import type { Config } from '../config.js';
import { AnomalyPredictorError, shorten } from '../errors.js';
import { tokenCheck } from './auth.js';
import {
  type Admission,
  type Application,
  type BodyAdmission,
  ClientGoneError,
  type Reply,
  type ReplyStream,
  type RequestHead,
  type StreamAdmission,
} from './http.js';
import type { ServerMetrics } from './metrics.js';
import { errorReply } from './reply.js';
import type { Action, Route } from './route.js';
import type { Services } from './services.js';

/** Status under which a request counts whose client went away. */
const CLIENT_GONE = 499;
/** Label of requests that no route takes, whatever their path. */
const NO_ROUTE = 'none';

export function createApplication(
  services: Pick<Services, 'config' | 'metrics'>,
  routes: readonly Route[],
): Application {
  const { config } = services;
  const checkAccess = accessCheck(config);
  const find = routeFinder(routes);

  return {
    admit(head) {
      const exchange = new Exchange(services.metrics);
      try {
        const { route, parameter } = find(head);
        exchange.route = route.path;
        checkAccess(route, head);
        return exchange.admission(route.open({ head, parameter }), config.maxBodyBytes);
      } catch (error) {
        return { kind: 'immediate', reply: exchange.fail(error) };
      }
    },
  };
}

/** One request under way: what has to be known to count it and to answer its errors. */
class Exchange {
  route = NO_ROUTE;
  readonly #metrics: ServerMetrics;
  readonly #startMs = performance.now();
  #counted = false;

  constructor(metrics: ServerMetrics) {
    this.#metrics = metrics;
  }

  admission(action: Action, limitBytes: number): Admission {
    switch (action.kind) {
      case 'immediate':
        return { kind: 'immediate', reply: this.finish(action.reply) };
      case 'body':
        return new BodyExchange(this, action.handle, action.limitBytes ?? limitBytes);
      case 'stream':
        return new StreamExchange(this, action.handle);
    }
  }

  finish(reply: Reply): Reply {
    this.count(reply.status);
    return reply;
  }

  fail(error: unknown): Reply {
    return this.finish(errorReply(error));
  }

  /** Only the first outcome counts: a client may be gone before its reply is ready. */
  count(status: number): void {
    if (this.#counted) return;
    this.#counted = true;
    this.#metrics.request(this.route, status, performance.now() - this.#startMs);
  }
}

class BodyExchange implements BodyAdmission {
  readonly kind = 'body';
  readonly limitBytes: number;
  readonly #exchange: Exchange;
  readonly #handle: (body: Uint8Array) => Reply | Promise<Reply>;

  constructor(exchange: Exchange, handle: BodyExchange['handle'], limitBytes: number) {
    this.#exchange = exchange;
    this.#handle = handle;
    this.limitBytes = limitBytes;
  }

  handle(body: Uint8Array): Reply | Promise<Reply> {
    try {
      const reply = this.#handle(body);
      if (!(reply instanceof Promise)) return this.#exchange.finish(reply);
      return reply.then(
        (settled) => this.#exchange.finish(settled),
        (error) => this.#exchange.fail(error),
      );
    } catch (error) {
      return this.#exchange.fail(error);
    }
  }

  tooLarge(): Reply {
    return this.#exchange.fail(
      new AnomalyPredictorError(
        'body-too-large',
        `the body is larger than ${this.limitBytes} bytes, the limit`,
      ),
    );
  }

  aborted(): void {
    this.#exchange.count(CLIENT_GONE);
  }
}

class StreamExchange implements StreamAdmission {
  readonly kind = 'stream';
  readonly #exchange: Exchange;
  readonly #handle: (input: AsyncIterable<Uint8Array>, output: ReplyStream) => Promise<void>;

  constructor(exchange: Exchange, handle: (Action & { kind: 'stream' })['handle']) {
    this.#exchange = exchange;
    this.#handle = handle;
  }

  async handle(input: AsyncIterable<Uint8Array>, output: ReplyStream): Promise<Reply | undefined> {
    try {
      await this.#handle(input, output);
      this.#exchange.count(200);
      return undefined;
    } catch (error) {
      if (error instanceof ClientGoneError) {
        this.#exchange.count(CLIENT_GONE);
        throw error;
      }
      return this.#exchange.fail(error);
    }
  }
}

/** Throws `unauthenticated` or `forbidden`. */
function accessCheck({ tokens, adminTokens }: Config): (route: Route, head: RequestHead) => void {
  const checkToken = tokenCheck([...tokens, ...adminTokens]);
  const checkAdmin = tokenCheck(adminTokens, 'this endpoint needs a token of scope admin');

  return function checkAccess({ access, path }, head) {
    if (access === 'token' || access === 'admin') checkToken(head.authorization);
    if (access === 'admin') checkAdmin(head.authorization);
    if (access === 'loopback' && !isLoopback(head.remoteAddress())) {
      throw new AnomalyPredictorError('forbidden', `${path} is open on loopback only`);
    }
  };
}

/** 127.0.0.0/8, ::1, and the first of them as IPv6 writes it. */
function isLoopback(address: string): boolean {
  return (
    /^(::ffff:|0{4}(:0{4}){4}:ffff:)?127\./i.test(address) || /^(::1|(0{4}:){7}0001)$/.test(address)
  );
}

/** Finds the route of a request; HEAD is served as GET. Throws `not-found` or `method-not-allowed`. */
function routeFinder(routes: readonly Route[]) {
  const byPath = new Map<string, Map<string, Route>>();
  for (const route of routes) {
    const methods = byPath.get(route.path) ?? new Map<string, Route>();
    byPath.set(route.path, methods.set(route.method, route));
  }

  return function find({ method, path }: RequestHead): { route: Route; parameter: string } {
    let methods = byPath.get(path);
    let parameter = '';
    if (methods === undefined) {
      const lastSegment = path.lastIndexOf('/') + 1;
      methods = byPath.get(`${path.slice(0, lastSegment)}{name}`);
      parameter = decodeSegment(path.slice(lastSegment));
      if (methods === undefined || parameter === '') {
        throw new AnomalyPredictorError('not-found', `there is nothing at ${shorten(path)}`);
      }
    }
    const route = methods.get(method === 'HEAD' ? 'GET' : method);
    if (route === undefined) {
      const allow = [...methods.keys()].map(withHead).join(', ');
      throw new AnomalyPredictorError(
        'method-not-allowed',
        `${method} is not allowed at ${path}, expected ${allow}`,
        { allow },
      );
    }
    return { route, parameter };
  };
}

/** HEAD is served where GET is. */
function withHead(method: string): string {
  return method === 'GET' ? 'GET, HEAD' : method;
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
