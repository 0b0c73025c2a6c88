import { describe, expect, it } from 'vitest';
import {
  apiKey,
  type ClientKey,
  clientAddress,
  cookie,
  firstOf,
  tokenClaim,
} from '../../../src/traffic/guard/client-keys.js';
import { verifiedClaims } from '../../../src/traffic/guard/verified-claims.js';
import { AddressBook } from '../../../src/traffic/identity/address-book.js';
import { exchangeOf, type SampleRequest } from '../../support/exchanges.js';

function keyOf(key: ClientKey, request: SampleRequest): unknown {
  const exchange = exchangeOf(request);
  return key(request, exchange, new AddressBook().of(exchange.address ?? ''));
}

describe('keys of clients', () => {
  it('takes a claim of the verified token, never of one that nobody has verified', () => {
    const unverified = `Bearer ${btoa('{}')}.${btoa('{"sub":"mallory"}')}.x`;
    expect(keyOf(tokenClaim('sub'), { claims: { sub: 'alice' } })).toBe('sub:alice');
    expect(keyOf(tokenClaim('id'), { claims: { id: 7 } })).toBe('id:7');
    expect(keyOf(tokenClaim('sub'), { headers: { authorization: unverified } })).toBeUndefined();
  });

  it.each([[''], [null], [{}], [['alice']], [true]])('takes no claim of %j', (sub) => {
    expect(keyOf(tokenClaim('sub'), { claims: { sub } })).toBeUndefined();
  });

  it('hashes API keys and cookies, whatever their length', () => {
    const secret = 'very-secret';
    const headers = { 'x-api-key': secret, cookie: `a=1; sid=${secret}; b="2"` };
    const keys = [keyOf(apiKey('X-API-Key'), { headers }), keyOf(cookie('sid'), { headers })];
    for (const key of keys) expect(key).toMatch(/^(x-api-key|sid):sha256:[\w-]{22}$/);
    expect(String(keys)).not.toContain(secret);
    const bomb = { headers: { cookie: `${'x=y; '.repeat(100_000)}sid=${'z'.repeat(1e6)}` } };
    expect(keyOf(cookie('sid'), bomb)).toMatch(/^sid:sha256:[\w-]{22}$/);
  });

  it.each(['', 'sid', 'sid=', 'xsid=1', 'SID=1', 'a=sid=1'])('finds no cookie in %j', (text) => {
    expect(keyOf(cookie('sid'), { headers: { cookie: text } })).toBeUndefined();
  });

  it('takes the network that a subscriber has in IPv6', () => {
    expect(keyOf(clientAddress(), { address: '2001:db8:1:2ff:3:4:5:6' })).toBe(
      '2001:db8:1:200::/56',
    );
  });

  it('goes on to the next where one says nothing, also later', async () => {
    const nothing = async () => undefined;
    const keys = firstOf(tokenClaim('sub'), apiKey(), clientAddress());
    expect(keyOf(keys, {})).toBe('203.0.113.7');
    expect(keyOf(keys, { claims: { sub: 'alice' } })).toBe('sub:alice');
    expect(await keyOf(firstOf(nothing, clientAddress()), {})).toBe('203.0.113.7');
    expect(keyOf(firstOf(tokenClaim('sub')), {})).toBeUndefined();
  });
});

describe('verified claims', () => {
  it.each([
    [{ sub: 'a' }, undefined, { sub: 'a' }],
    [{ payload: { sub: 'a' }, token: 'x' }, { sub: 'b' }, { sub: 'a' }],
    [undefined, { sub: 'b' }, { sub: 'b' }],
    [undefined, undefined, undefined],
    ['text', null, undefined],
  ])('of auth %j and user %j are %j', (auth, user, claims) => {
    expect(verifiedClaims(auth, user)).toEqual(claims);
  });
});
