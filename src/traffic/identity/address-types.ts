// The type of an address by lists of networks: `datacenter`, `private` or another of the user's, else `default`.
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { AnomalyPredictorError, showValue } from '../../errors.js';
import { NetworkSet } from './network-set.js';

/** Networks by type, as `203.0.113.0/24` or `2001:db8::/32`, or single addresses. The first that holds an address wins. */
export type AddressTypes = Readonly<Record<string, readonly string[]>>;

export const DEFAULT_ADDRESS_TYPE = 'default';

/** Addresses that the internet does not route: RFC 1918, 3927, 4193, 4291 and 6598. Datacenters are the user's to list. */
export const DEFAULT_ADDRESS_TYPES: AddressTypes = {
  private: [
    '10.0.0.0/8',
    '100.64.0.0/10',
    '127.0.0.0/8',
    '169.254.0.0/16',
    '172.16.0.0/12',
    '192.168.0.0/16',
    '::1/128',
    'fc00::/7',
    'fe80::/10',
  ],
};

export interface AddressTyper {
  /** Of four decimal numbers. */
  ofIPv4(address: string): string;
  /** Of 8 parts of 16 bits each. */
  ofIPv6(parts: readonly number[]): string;
}

/**
 * By the user's lists, and behind them by the default ones of other types: `private: []` does without.
 * @throws AnomalyPredictorError 'bad-option' that names the type and the network
 */
export function addressTyper(types: AddressTypes): AddressTyper {
  const others = Object.entries(DEFAULT_ADDRESS_TYPES).filter(
    ([type]) => !Object.hasOwn(types, type),
  );
  const lists = [...Object.entries(types), ...others].map(([type, networks]) => {
    const list = new NetworkSet();
    for (const network of networks) addNetwork(list, type, network);
    return { type, list };
  });
  const typeWhere = (holds: (list: NetworkSet) => boolean) =>
    lists.find(({ list }) => holds(list))?.type ?? DEFAULT_ADDRESS_TYPE;
  return {
    ofIPv4: (address) => typeWhere((list) => list.hasIPv4(address)),
    ofIPv6: (parts) => typeWhere((list) => list.hasIPv6(parts)),
  };
}

function addNetwork(list: NetworkSet, type: string, network: string): void {
  const [address, length, ...rest] = network.split('/');
  const version = isIP(address);
  const bits = version === 4 ? 32 : 128;
  const prefix = length === undefined ? bits : /^\d{1,3}$/.test(length) ? Number(length) : -1;
  if (version === 0 || prefix < 0 || prefix > bits || rest.length > 0) {
    throw new AnomalyPredictorError(
      'bad-option',
      `addressTypes.${type}: expected a network such as 203.0.113.0/24, got ${showValue(network)}`,
      { field: `addressTypes.${type}`, value: network },
    );
  }
  if (version === 4) list.addIPv4(address, prefix);
  else list.addIPv6(ipaddr.IPv6.parse(address).parts, prefix);
}
