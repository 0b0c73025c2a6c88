import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newToken, tokenCheck, tokenHash } from '../../src/server/auth.js';
import { describeOnEachTransport } from '../support/each-transport.js';
import { runServer, type TestServer, TOKEN } from '../support/running-server.js';
import { NORMAL_ROW } from '../support/sample-detectors.js';
import { thrownBy } from '../support/thrown-by.js';

const hashes = ['first', 'second', 'third'].map(tokenHash);
const check = tokenCheck(hashes);
const refusal = (authorization: string) => {
  const { tag, status } = thrownBy(() => check(authorization));
  return [tag, status];
};

describe('tokens', () => {
  it('are accepted by any of the configured hashes', () => {
    for (const token of ['first', 'second', 'third']) {
      expect(check(`Bearer ${token}`)).toBeUndefined();
    }
  });

  it.each(['bearer first', 'BEARER first', 'bEaReR first', 'Bearer   first'])(
    'are accepted whatever the case of the scheme: %j',
    (authorization) => {
      expect(check(authorization)).toBeUndefined();
    },
  );

  it.each([
    '',
    'Bearer',
    'Bearer ',
    'first',
    'Basic first',
    'Bearerfirst',
    ' Bearer first',
    'Bearer first second',
    'Bearer first ',
    'Token Bearer first',
    `Bearer ${'x'.repeat(1_000)}`,
  ])('are asked for, with 401, where there is none: %j', (authorization) => {
    expect(refusal(authorization)).toEqual(['unauthenticated', 401]);
  });

  it.each([
    'Bearer firs',
    'Bearer firstt',
    'Bearer FIRST',
    'Bearer first,second',
    `Bearer ${hashes[0]}`,
    'Bearer null',
    `Bearer ${'x'.repeat(900)}`,
  ])('are refused, with 403, when wrong: %j', (authorization) => {
    expect(refusal(authorization)).toEqual(['forbidden', 403]);
  });

  it('are all wrong where no hash is configured', () => {
    expect(thrownBy(() => tokenCheck([])('Bearer first')).status).toBe(403);
  });

  it('are known by their SHA-256 alone', () => {
    expect(tokenHash('first')).toBe(createHash('sha256').update('first').digest('hex'));
  });

  it('made for one run are long, unlike each other and safe to paste', () => {
    const tokens = new Set(Array.from({ length: 100 }, newToken));
    expect(tokens.size).toBe(100);
    for (const token of tokens) expect(token).toMatch(/^[\w-]{32}$/);
  });
});

describeOnEachTransport('a server with tokens', (transport) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await runServer({ transport, tokens: [tokenHash('other'), tokenHash(TOKEN)] });
  });
  afterAll(() => server.close());

  const PROTECTED = [
    ['POST', '/predict_json'],
    ['POST', '/v1/score'],
    ['POST', '/v1/score?model=nobody'],
    ['GET', '/v1/models'],
    ['HEAD', '/v1/models'],
    ['GET', '/v1/models/ocsvm'],
    ['GET', '/v1/models/nobody'],
  ] as const;

  it.each(PROTECTED)('asks for one at %s %s, and tells nothing else', async (method, path) => {
    const answers = [
      ['', 401],
      ['Bearer', 401],
      ['Basic dXNlcjpwYXNz', 401],
      ['Bearer wrong', 403],
      [`Bearer ${tokenHash(TOKEN)}`, 403],
      [`bearer ${TOKEN}`, undefined],
      ['Bearer other', undefined],
    ] as const;
    for (const [authorization, status] of answers) {
      const headers = { Authorization: authorization, 'Content-Type': 'text/plain' };
      const response = await server.request(path, {
        method,
        headers,
        ...(method === 'POST' ? { body: 'x' } : {}),
      });
      if (status === undefined) {
        expect([401, 403]).not.toContain(response.status);
        continue;
      }
      expect(response.status).toBe(status);
      expect(response.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer' : null);
      if (method === 'HEAD') continue;
      expect(await response.json()).toEqual(
        status === 401
          ? {
              error: 'this endpoint needs a header "Authorization: Bearer TOKEN"',
              code: 'unauthenticated',
            }
          : { error: 'the bearer token is not accepted', code: 'forbidden' },
      );
    }
  });

  it('needs none for the pages, health and the description', async () => {
    for (const path of ['/', '/styles.css', '/healthz', '/readyz', '/metrics', '/openapi.json']) {
      expect([path, (await fetch(server.url + path)).status]).toEqual([path, 200]);
    }
  });

  it('refuses before it reads a body', async () => {
    const response = await fetch(`${server.url}/predict_json`, { method: 'POST', body: 'no JSON' });
    expect(response.status).toBe(401);
  });

  it('answers the next request on a connection whose first was refused', async () => {
    for (const authorization of ['Bearer wrong', `Bearer ${TOKEN}`]) {
      const response = await server.request('/predict_json', {
        body: JSON.stringify(NORMAL_ROW),
        headers: { Authorization: authorization },
      });
      expect(response.status).toBe(authorization === 'Bearer wrong' ? 403 : 200);
    }
  });
});
