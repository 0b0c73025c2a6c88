// What an adapter of a framework and the guard say to each other about one request.
import type { GuardMode } from './decision.js';

/** A request before its handler runs. */
export interface Exchange<Request> {
  /** The framework's own, for the functions among the options. */
  readonly request: Request;
  readonly method: string;
  /** Of the URL, mount points included; a query does no harm. */
  readonly path: string;
  /** Template of the handler, mount points included, as `/products/:id`, where the framework knows it by now. */
  readonly route: string | undefined;
  /** What the route's own configuration says, where the framework has a place for it; `off` leaves it alone. */
  readonly routeMode?: GuardMode | 'off' | undefined;
  /** The client's, behind the proxies that the framework's settings trust. */
  readonly address: string | undefined;
  /** Who may tell the client's address in a header: nobody, the listed proxies, or whoever connects. */
  readonly trustedProxies: 'none' | 'listed' | 'all';
  /** First value of a header; its name in lower case. */
  header(name: string): string | undefined;
  /** What an authentication that ran before has verified of a token, as `verifiedClaims` finds it. */
  readonly claims: Readonly<Record<string, unknown>> | undefined;
}
