// Requests as an adapter hands them to a guard, without a server.
import type { Exchange } from '../../src/traffic/guard/exchange.js';

export interface SampleRequest {
  readonly method?: string;
  readonly path?: string;
  readonly route?: string;
  readonly address?: string | undefined;
  readonly trustedProxies?: Exchange<unknown>['trustedProxies'];
  /** By lower-case name. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly claims?: Readonly<Record<string, unknown>>;
}

export function exchangeOf(request: SampleRequest = {}): Exchange<SampleRequest> {
  const { method = 'GET', path = '/products/1', route, claims, headers = {} } = request;
  const { address = '203.0.113.7', trustedProxies = 'none' } = request;
  return {
    // Each is a request of its own.
    request: { ...request },
    method,
    path,
    route,
    address: 'address' in request ? request.address : address,
    trustedProxies,
    claims,
    header: (name) => headers[name],
  };
}
