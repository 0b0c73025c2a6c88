// Where clients come from: networks that nobody owns (RFC 2544, RFC 3849). Attackers come from the same as customers, by
// the same shares, so that no address gives them away.
import type { Draw } from './draw.js';
import { NETWORK_SHARES } from './ranges.js';

export type Network = keyof typeof NETWORK_SHARES;

/** Of hosting companies, by which some customers come, too, through their VPNs. */
export const DATACENTER_NETWORKS = ['198.19.128.0/20'];

/** A network of 254 addresses for each of so many neighbourhoods, mobile carriers and datacenters. */
const N_HOME_NETWORKS = 256;
const N_CARRIER_NETWORKS = 8;
const N_DATACENTER_NETWORKS = 16;
const N_OFFICE_NETWORKS = 64;
const N_IPV6_PROVIDERS = 48;

/** Gives every client an address of its own: an IPv4 address, or one of an IPv6 network that is its alone. */
export class Addresses {
  readonly #draw: Draw;
  readonly #given = new Set<string>();

  constructor(draw: Draw) {
    this.#draw = draw;
  }

  next(network: Network | 'office' = this.#draw.weighted(NETWORK_SHARES)): string {
    for (;;) {
      const subscriber = this.#subscriber(network);
      if (this.#given.has(subscriber)) continue;
      this.#given.add(subscriber);
      if (network !== 'home-ipv6') return subscriber;
      const host = this.#draw.whole([1, 0xffff]).toString(16);
      return subscriber.replace('/56', `::${host}`);
    }
  }

  #subscriber(network: Network | 'office'): string {
    const host = this.#draw.whole([1, 254]);
    const among = (n: number) => this.#draw.whole([0, n - 1]);
    if (network === 'home') return `198.18.${among(N_HOME_NETWORKS)}.${host}`;
    if (network === 'carrier') return `198.19.${among(N_CARRIER_NETWORKS)}.${host}`;
    if (network === 'datacenter') return `198.19.${128 + among(N_DATACENTER_NETWORKS)}.${host}`;
    if (network === 'office') return `198.19.${64 + among(N_OFFICE_NETWORKS)}.${host}`;
    const provider = (0x100 + among(N_IPV6_PROVIDERS)).toString(16);
    return `2001:db8:${provider}:${host.toString(16)}00/56`;
  }
}
