import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RouteTemplates } from '../../../src/traffic/routes/route-templates.js';
import { thrownBy } from '../../support/thrown-by.js';

describe('routes of which no template is known', () => {
  it.each([
    ['/products/17', '/products/:id'],
    ['/products/17/reviews', '/products/:id/reviews'],
    ['/v1/users/6f1c7cb4-63c1-4e1c-b9b7-0d6ba1c6ad2e', '/v1/users/:id'],
    ['/oauth2/token', '/oauth2/token'],
    ['/orders/ord_8sk2jd92', '/orders/:id'],
    ['/users/alice@example.org', '/users/:id'],
    ['/files/%2e%2e%2f', '/files/:id'],
    ['/search?q=red+shoe', '/search'],
    ['/search#top', '/search'],
    ['//products//17/', '/products/:id'],
    ['https://shop.example/products/17?x=1', '/products/:id'],
    ['HTTP://shop.example', '/'],
    ['/', '/'],
  ])('%s is %s', (path, template) => {
    expect(new RouteTemplates().of('GET', path)).toBe(`GET ${template}`);
  });

  it('counts each method as a route of its own, made-up ones as one', () => {
    const routes = new RouteTemplates();
    expect(routes.of('POST', '/login')).toBe('POST /login');
    expect(routes.of('X1', '/login')).toBe('OTHER /login');
    expect(routes.of('get', '/login')).toBe('OTHER /login');
  });

  it.each(['*', '', 'shop.example:443', '\x16\x03\x01'])(
    'has one route for %j, which is no path',
    (path) => {
      expect(new RouteTemplates().of('GET', path)).toBe('GET (no path)');
    },
  );

  it('takes words for ids where a place has seen many of them', () => {
    const routes = new RouteTemplates();
    const words = Array.from({ length: 500 }, (_, i) => `user${word(i)}`);
    const seen = new Set(words.map((name) => routes.of('GET', `/users/${name}`)));
    expect(seen.size).toBeLessThan(70);
    expect(routes.of('GET', `/users/${words[0]}`)).toBe(`GET /users/${words[0]}`);
    expect(routes.of('GET', '/users/someone')).toBe('GET /users/:id');
  });

  it('stays bounded whatever paths a client makes up', () => {
    const routes = new RouteTemplates();
    const seen = new Set<string>();
    for (let i = 0; i < 200_000; i++) {
      seen.add(routes.of('GET', `/${word(i % 97)}/${word(i % 89)}/${word(i % 83)}/${word(i)}`));
    }
    expect(seen.size).toBeLessThan(5_000);
    expect(routes.of('GET', `/${'a/'.repeat(100_000)}`).length).toBeLessThan(200);
    expect(routes.of('GET', `/${'a'.repeat(1_000_000)}`)).toBe('GET /:id');
  });

  it('are the same for the same path, whatever else was seen once it was', () => {
    fc.assert(
      fc.property(fc.array(fc.webPath(), { maxLength: 50 }), fc.webPath(), (others, path) => {
        const routes = new RouteTemplates();
        const first = routes.of('GET', path);
        for (const other of others) routes.of('GET', other);
        expect(routes.of('GET', path)).toBe(first);
      }),
    );
  });
});

describe('routes that are known', () => {
  const routes = new RouteTemplates([
    'GET /products/:slug',
    'GET /products/new',
    '/health',
    'GET /files/*',
    'PUT /users/{name}/roles/{role}',
  ]);

  it.each([
    ['GET', '/products/red-shoe', '/products/:slug'],
    ['GET', '/products/new', '/products/new'],
    ['DELETE', '/health', '/health'],
    ['GET', '/files/a/b/c', '/files/*'],
    ['GET', '/files', '/files/*'],
    ['PUT', '/users/alice/roles/admin', '/users/{name}/roles/{role}'],
  ])('%s %s is %s', (method, path, template) => {
    expect(routes.of(method, path)).toBe(`${method} ${template}`);
  });

  it('leave the others to be guessed', () => {
    expect(routes.of('POST', '/products/17')).toBe('POST /products/:id');
    expect(routes.of('GET', '/products/17/reviews')).toBe('GET /products/:id/reviews');
  });

  it.each(['products', 'FETCH', 'get /x', 'GET x', ''])(
    'refuse %j, which is no template',
    (text) => {
      expect(thrownBy(() => new RouteTemplates([text])).message).toContain(JSON.stringify(text));
    },
  );
});

/** Letters only. */
function word(i: number): string {
  return i.toString(26).replace(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)]);
}
