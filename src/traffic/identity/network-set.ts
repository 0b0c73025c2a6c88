// Networks, of which there may be thousands: a look-up for each length of prefix that occurs tells whether one of them holds
// an address.

const BITS_PER_PART = 16;

export class NetworkSet {
  /** By length of prefix, what the networks of that length begin with. */
  readonly #ofIPv4 = new Map<number, Set<number>>();
  readonly #ofIPv6 = new Map<number, Set<string>>();

  addIPv4(address: string, bits: number): void {
    addTo(this.#ofIPv4, bits, ipv4Prefix(ipv4Number(address), bits));
  }

  /** `parts`: 8 of 16 bits each */
  addIPv6(parts: readonly number[], bits: number): void {
    addTo(this.#ofIPv6, bits, ipv6Prefix(parts, bits));
  }

  hasIPv4(address: string): boolean {
    const number = ipv4Number(address);
    for (const [bits, prefixes] of this.#ofIPv4) {
      if (prefixes.has(ipv4Prefix(number, bits))) return true;
    }
    return false;
  }

  hasIPv6(parts: readonly number[]): boolean {
    for (const [bits, prefixes] of this.#ofIPv6) {
      if (prefixes.has(ipv6Prefix(parts, bits))) return true;
    }
    return false;
  }
}

function addTo<Key>(byBits: Map<number, Set<Key>>, bits: number, key: Key): void {
  const keys = byBits.get(bits);
  if (keys === undefined) byBits.set(bits, new Set([key]));
  else keys.add(key);
}

/** Of four decimal numbers with dots between them. */
function ipv4Number(address: string): number {
  let number = 0;
  let byte = 0;
  for (let at = 0; at < address.length; at++) {
    const code = address.charCodeAt(at);
    if (code === DOT) {
      number = 256 * number + byte;
      byte = 0;
    } else byte = 10 * byte + (code - ZERO);
  }
  return 256 * number + byte;
}

function ipv4Prefix(number: number, bits: number): number {
  return Math.floor(number / 2 ** (32 - bits));
}

function ipv6Prefix(parts: readonly number[], bits: number): string {
  const whole = Math.floor(bits / BITS_PER_PART);
  const rest = bits % BITS_PER_PART;
  const prefix = parts.slice(0, whole).join(':');
  return rest === 0 ? prefix : `${prefix}:${parts[whole] >>> (BITS_PER_PART - rest)}`;
}

const DOT = 0x2e;
const ZERO = 0x30;
