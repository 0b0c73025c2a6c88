import { BlockList } from 'node:net';
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, it } from 'vitest';
import { NetworkSet } from '../../../src/traffic/identity/network-set.js';

/** Few different bytes, so that networks often hold addresses. */
const byte = fc.constantFrom(0, 1, 10, 127, 128, 255);
const ipv4 = fc.tuple(byte, byte, byte, byte).map((bytes) => bytes.join('.'));
const part = fc.constantFrom(0, 1, 0x2001, 0x8000, 0xffff);
const parts = fc.array(part, { minLength: 8, maxLength: 8 });

describe('a set of networks', () => {
  it('holds the IPv4 addresses that a BlockList of Node holds', () => {
    const networks = fc.array(fc.tuple(ipv4, fc.nat(32)), { maxLength: 6 });
    fc.assert(
      fc.property(networks, fc.array(ipv4), (subnets, addresses) => {
        const set = new NetworkSet();
        const list = new BlockList();
        for (const [network, bits] of subnets) {
          set.addIPv4(network, bits);
          list.addSubnet(network, bits, 'ipv4');
        }
        for (const address of addresses) expect(set.hasIPv4(address)).toBe(list.check(address));
        expect(set.hasIPv6([0, 0, 0, 0, 0, 0, 0, 1])).toBe(false);
      }),
    );
  });

  it('holds the IPv6 addresses that a BlockList of Node holds', () => {
    const networks = fc.array(fc.tuple(parts, fc.integer({ min: 1, max: 128 })), { maxLength: 6 });
    fc.assert(
      fc.property(networks, fc.array(parts), (subnets, addresses) => {
        const set = new NetworkSet();
        const list = new BlockList();
        for (const [network, bits] of subnets) {
          set.addIPv6(network, bits);
          list.addSubnet(new ipaddr.IPv6(network).toString(), bits, 'ipv6');
        }
        for (const address of addresses) {
          const text = new ipaddr.IPv6(address).toString();
          expect(set.hasIPv6(address)).toBe(list.check(text, 'ipv6'));
        }
      }),
    );
  });
});
