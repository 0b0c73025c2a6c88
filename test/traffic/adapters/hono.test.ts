import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { type HonoGuardOptions, honoGuard } from '../../../src/traffic/adapters/hono.js';
import type { Answer } from '../../../src/traffic/call.js';
import type { Decision } from '../../../src/traffic/guard/decision.js';
import { SessionTracker } from '../../../src/traffic/session/session-tracker.js';
import { flagsAll } from '../../support/flagging-detectors.js';
import { describeAdapter, type StartApp } from './adapter-conformance.js';

const start: StartApp = async (options, trustProxy = []) => {
  const app = new Hono();
  const proxies = trustProxy === true || trustProxy.length === 0 ? {} : { trustProxy };
  const guard = options && honoGuard({ ...options, ...proxies });
  if (guard !== undefined) app.use(guard);
  app.get('/products/:id', (context) => context.json({ id: context.req.param('id') }));
  app.post('/login', async (context) => context.text(await context.req.text()));
  app.get('/decision', (context) =>
    context.json({ action: context.get('anomalyDecision')?.action }),
  );
  app.get('/fail', (context) => context.text('failed', 500));
  app.get('/never', () => new Promise(() => {}));
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server;
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    metrics: () => guard?.metrics().text ?? '',
    async close() {
      server.closeAllConnections();
      server.close();
      await guard?.close();
    },
  };
};

describeAdapter('Hono', start, {
  trustAll: 'proxies are listed, and there is no word for all of them',
});

describe('the middleware of Hono', () => {
  function app(options: Partial<HonoGuardOptions> = {}) {
    const decisions: Decision[] = [];
    const guard = honoGuard({
      detector: flagsAll,
      minRequests: 2,
      maxBlockedShare: 1,
      address: ({ req }) => req.header('x-client'),
      onDecision: (decision) => decisions.push(decision),
      ...options,
    });
    return { hono: new Hono(), guard, decisions };
  }

  it('works without a server of Node, by an address that it is told', async () => {
    const answers: Answer[] = [];
    class Store extends SessionTracker {
      override answered(answer: Answer): void {
        answers.push(answer);
      }
    }
    const { hono, guard, decisions } = app({ mode: 'enforce', store: new Store() });
    hono.use(guard);
    hono.get('/', (context) => context.text('ok', 201));
    const headers = { 'X-Client': '203.0.113.9' };
    expect((await hono.request('/', { headers })).status).toBe(201);
    expect((await hono.request('/', { headers })).status).toBe(403);
    expect((await hono.request('/')).status).toBe(201);
    expect(decisions.map(({ client, reason }) => [client, reason])).toEqual([
      ['203.0.113.9', 'unknown client'],
      ['203.0.113.9', 'anomaly'],
      ['', 'no client'],
    ]);
    expect(answers.map(({ status }) => status)).toEqual([201]);
  });

  it('tells routes by the template of their handler, wherever it stands itself', async () => {
    const { hono, guard, decisions } = app();
    const ok = () => new Response('ok');
    const shop = new Hono().use(guard).get('/products/:id', ok).get('/files/*', ok);
    hono.use(async (_, next) => next());
    hono.route('/shop', shop);
    hono.get('/alone/:id', guard, ok);
    hono.all('/any/:id', guard, ok);
    for (const path of [
      '/shop/products/7',
      '/shop/files/a/b',
      '/shop/none/8',
      '/alone/9',
      '/any/1',
    ]) {
      await hono.request(path);
    }
    expect(decisions.map(({ route }) => route)).toEqual([
      'GET /shop/products/:id',
      'GET /shop/files/a/b',
      'GET /shop/none/:id',
      'GET /alone/:id',
      'GET /any/:id',
    ]);
  });

  it('knows clients by the token that a middleware before it has verified', async () => {
    const { hono, guard, decisions } = app();
    hono.use(async (context, next) => {
      context.set('jwtPayload' as never, { sub: 'alice' } as never);
      await next();
    });
    hono.use(guard);
    await hono.request('/');
    expect(decisions).toMatchObject([{ client: 'sub:alice' }]);
  });

  it('puts debugging headers on whatever reply the handler makes', async () => {
    const { hono, guard } = app({ mode: 'enforce', minRequests: 3, exposeHeaders: true });
    hono.use(guard);
    hono.get('/', () => new Response('ok'));
    // Its headers cannot be changed.
    hono.get('/old', () => Response.redirect('http://127.0.0.1/', 302));
    for (const path of ['/', '/old']) {
      const reply = await hono.request(path, { headers: { 'X-Client': '203.0.113.9' } });
      expect(reply.headers.get('x-anomaly-prediction')).toBe('unknown');
    }
  });
});
