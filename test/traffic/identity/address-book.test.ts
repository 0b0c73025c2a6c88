import { describe, expect, it } from 'vitest';
import { AddressBook } from '../../../src/traffic/identity/address-book.js';
import { thrownBy } from '../../support/thrown-by.js';

const book = new AddressBook();

describe('an address book', () => {
  it('knows an IPv4 client by its address, its neighbours by the /24', () => {
    expect(book.of('203.0.113.9')).toEqual({
      client: '203.0.113.9',
      group: '203.0.113.0/24',
      type: 'default',
    });
  });

  it('takes all addresses of an IPv6 subscriber for one client, a /48 for neighbours', () => {
    const one = book.of('2001:db8:12:3456::1');
    expect(one).toEqual({
      client: '2001:db8:12:3400::/56',
      group: '2001:db8:12::/48',
      type: 'default',
    });
    expect(book.of('2001:DB8:12:34ff:ffff::2')).toEqual(one);
    expect(book.of('2001:db8:12:3556::1').client).not.toBe(one.client);
  });

  it('takes an IPv4 address that came over IPv6 for what it is', () => {
    expect(book.of('::ffff:203.0.113.9')).toEqual(book.of('203.0.113.9'));
  });

  it('keeps an interface out of the client', () => {
    expect(book.of('fe80::1%eth0').client).toBe('fe80::/56');
  });

  it.each([
    ['10.1.2.3', 'private'],
    ['172.31.255.255', 'private'],
    ['172.32.0.0', 'default'],
    ['::1', 'private'],
    ['fd00::7', 'private'],
    ['fe80::1%eth0', 'private'],
    ['::ffff:192.168.0.1', 'private'],
    ['2600::1', 'default'],
  ])('says of %s that it is %s', (address, type) => {
    expect(book.of(address).type).toBe(type);
  });

  it("tells addresses apart by the user's own lists, the first that holds one", () => {
    const own = new AddressBook({
      datacenter: ['198.51.100.0/24', '2001:db8::/32'],
      office: ['198.51.100.7'],
    });
    expect(own.of('198.51.100.7').type).toBe('datacenter');
    expect(own.of('2001:db8::5').type).toBe('datacenter');
    expect(own.of('10.0.0.1').type).toBe('private');
    expect(new AddressBook({ private: [] }).of('10.0.0.1').type).toBe('default');
  });

  it('lets a text that is no address stand for itself, however long it is', () => {
    expect(book.of('unix:')).toEqual({ client: 'unix:', group: 'unix:', type: 'default' });
    const bomb = book.of('1'.repeat(1_000_000));
    expect(bomb.client).toMatch(/^sha256:.{22}$/);
    expect(bomb.group).toBe(bomb.client);
  });

  it.each(['203.0.113.0/33', '203.0.113', '2001:db8::/129', 'office', '1.2.3.4/8/9', '1.2.3.4/x'])(
    'refuses the network %s by type and value',
    (network) => {
      const error = thrownBy(() => new AddressBook({ datacenter: [network] }));
      expect(error.message).toContain(`addressTypes.datacenter`);
      expect(error.message).toContain(network);
    },
  );
});
