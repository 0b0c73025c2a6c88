// What an address says of its client: who it is, who its neighbours are, and of what type the address is.
import { isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';
import { ownText } from '../own-text.js';
import { RecentMap } from '../recent-map.js';
import {
  type AddressTyper,
  type AddressTypes,
  addressTyper,
  DEFAULT_ADDRESS_TYPE,
} from './address-types.js';
import { LONGEST_KEY, shortKey } from './short-key.js';

/** What is known of an address. */
export interface AddressEntry {
  /** The IPv4 address, or the IPv6 network that one subscriber has: a client may use any address of it. */
  readonly client: string;
  readonly group: string;
  readonly type: string;
}

/** A subscriber's network; the ones of IPv6 are as RFC 6177 advises. */
const CLIENT_BITS_IPV6 = 56;
const GROUP_BITS_IPV4 = 24;
const GROUP_BITS_IPV6 = 48;
/** Entries that are remembered. */
const MOST_ENTRIES = 65_536;

export class AddressBook {
  readonly #typer: AddressTyper;
  readonly #entries = new RecentMap<AddressEntry>(MOST_ENTRIES);

  /** @throws AnomalyPredictorError 'bad-option' for a network that is none */
  constructor(types: AddressTypes = {}) {
    this.#typer = addressTyper(types);
  }

  /** Of any text; one that is no address stands for itself. */
  of(address: string): AddressEntry {
    const known = this.#entries.get(address);
    if (known !== undefined) return known;
    const entry = this.#read(ownText(address));
    // A very long text would be held as long as its entry is.
    if (address.length <= LONGEST_KEY) this.#entries.set(address, entry);
    return entry;
  }

  #read(address: string): AddressEntry {
    if (isIPv4(address)) return this.#ofIPv4(address);
    if (!isIPv6(address)) {
      const key = shortKey(address);
      return { client: key, group: key, type: DEFAULT_ADDRESS_TYPE };
    }
    const parsed = ipaddr.IPv6.parse(address);
    if (parsed.isIPv4MappedAddress()) return this.#ofIPv4(parsed.toIPv4Address().toString());
    return {
      client: network(parsed, CLIENT_BITS_IPV6),
      group: network(parsed, GROUP_BITS_IPV6),
      type: this.#typer.ofIPv6(parsed.parts),
    };
  }

  #ofIPv4(address: string): AddressEntry {
    return {
      client: address,
      group: `${address.slice(0, address.lastIndexOf('.'))}.0/${GROUP_BITS_IPV4}`,
      type: this.#typer.ofIPv4(address),
    };
  }
}

/** @param bits a multiple of 8 */
function network({ parts }: ipaddr.IPv6, bits: number): string {
  const kept = parts.map((part, i) => {
    const bitsOfPart = Math.min(Math.max(bits - 16 * i, 0), 16);
    return part & (0xffff << (16 - bitsOfPart)) & 0xffff;
  });
  return `${new ipaddr.IPv6(kept).toString()}/${bits}`;
}
