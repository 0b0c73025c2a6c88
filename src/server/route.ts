// A route: who may call it, what it does and how the API description tells of it, in one value.
// Handlers throw `AnomalyPredictorError`; the application turns errors into replies and counts everything.
import type { Reply, ReplyStream, RequestHead } from './http.js';

/** `token`: a bearer token is needed. `admin`: one that may change what is served. `loopback`: only clients on this machine. */
export type Access = 'open' | 'loopback' | 'token' | 'admin';

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Exact, or with one last segment as a parameter: '/v1/models/{name}'. */
  readonly path: string;
  readonly access: Access;
  /** An OpenAPI operation object of what is served now, without what follows from `access` and from the error table. */
  readonly operation: Readonly<Record<string, unknown>>;
  /** Decides from the request's head. */
  open(request: RouteRequest): Action;
}

export interface RouteRequest {
  readonly head: RequestHead;
  /** Value of the path's parameter, decoded; '' where the path has none. */
  readonly parameter: string;
}

export type Action =
  | { readonly kind: 'immediate'; readonly reply: Reply }
  | {
      readonly kind: 'body';
      /** @default the largest body of the configuration */
      readonly limitBytes?: number;
      handle(body: Uint8Array): Reply | Promise<Reply>;
    }
  | {
      readonly kind: 'stream';
      handle(input: AsyncIterable<Uint8Array>, output: ReplyStream): Promise<void>;
    };
