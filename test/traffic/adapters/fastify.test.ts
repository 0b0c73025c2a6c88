import { once } from 'node:events';
import { connect } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import Fastify from 'fastify';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type FastifyGuardOptions, fastifyGuard } from '../../../src/traffic/adapters/fastify.js';
import type { Decision } from '../../../src/traffic/guard/decision.js';
import { SessionTracker } from '../../../src/traffic/session/session-tracker.js';
import { flagsAll } from '../../support/flagging-detectors.js';
import { forestOver } from '../../support/sample-detectors.js';
import { thrownBy } from '../../support/thrown-by.js';
import { describeAdapter, type StartApp } from './adapter-conformance.js';

const start: StartApp = async (options, trustProxy = []) => {
  const app = Fastify({
    forceCloseConnections: true,
    trustProxy: trustProxy === true ? true : trustProxy.length > 0 && [...trustProxy],
  });
  const guard = options && fastifyGuard(options);
  if (guard !== undefined) await app.register(guard);
  app.addContentTypeParser('*', { parseAs: 'string' }, (_, body, done) => done(null, body));
  app.get<{ Params: { id: string } }>('/products/:id', ({ params }) => ({ id: params.id }));
  app.post('/login', ({ body }, reply) => reply.type('text/plain').send(body));
  app.get('/decision', ({ anomalyDecision }) => ({ action: anomalyDecision?.action }));
  app.get('/fail', (_, reply) => reply.code(500).send('failed'));
  app.get('/never', () => new Promise(() => {}));
  await app.listen({ port: 0, host: '127.0.0.1' });
  return {
    port: (app.server.address() as AddressInfo).port,
    metrics: () => guard?.metrics().text ?? '',
    close: () => app.close(),
  };
};

describeAdapter('Fastify', start, {
  undecodablePaths: 'Fastify answers what it cannot decode before any hook',
});

describe('the plugin of Fastify', () => {
  async function app(options: Partial<FastifyGuardOptions>) {
    const decisions: Decision[] = [];
    const guard = fastifyGuard({
      detector: flagsAll,
      minRequests: 2,
      maxBlockedShare: 1,
      onDecision: (decision) => decisions.push(decision),
      ...options,
    });
    const instance = Fastify();
    onTestFinished(() => instance.close());
    await instance.register(guard);
    const statusOf = async (url: string) => (await instance.inject(url)).statusCode;
    return { instance, decisions, statusOf };
  }

  it('lets each route say whether it is enforced, observed or left alone', async () => {
    const { instance, decisions, statusOf } = await app({ mode: 'observe' });
    const ok = () => 'ok';
    instance.get('/usual', ok);
    instance.get('/login', { config: { anomaly: { mode: 'enforce' } } }, ok);
    instance.get('/health', { config: { anomaly: false } }, ok);
    const statuses = [];
    for (const url of ['/usual', '/usual', '/login', '/health']) statuses.push(await statusOf(url));
    expect(statuses).toEqual([200, 200, 403, 200]);
    expect(decisions.map(({ action, mode, reason }) => [action, mode, reason])).toEqual([
      ['allow', 'observe', 'unknown client'],
      ['would-block', 'observe', 'anomaly'],
      ['block', 'enforce', 'anomaly'],
      ['skip', 'observe', 'skipped by route'],
    ]);
  });

  it('does not let a route be taken for unguarded because its mode is misspelt', async () => {
    const { instance, decisions, statusOf } = await app({ mode: 'enforce' });
    instance.get('/login', { config: { anomaly: { mode: 'enforced' as 'enforce' } } }, () => 'ok');
    await statusOf('/login');
    expect(decisions).toMatchObject([{ action: 'error', reason: 'mode' }]);
    expect(decisions[0].error).toMatchObject({ tag: 'bad-option' });
  });

  it('guards the routes of plugins that are registered beside it, by their whole templates', async () => {
    const { instance, decisions, statusOf } = await app({});
    await instance.register(
      (shop, _, done) => {
        shop.get('/products/:id', () => 'ok');
        done();
      },
      { prefix: '/shop' },
    );
    expect(await statusOf('/shop/products/7?q=1')).toBe(200);
    expect(await statusOf('/none')).toBe(404);
    expect(decisions.map(({ route }) => route)).toEqual(['GET /shop/products/:id', 'GET /none']);
  });

  it('tells the routes of a gateway by their paths, as the log of that would', async () => {
    const mode = { 'GET /api/*': 'enforce' } as const;
    const { instance, decisions, statusOf } = await app({ mode });
    instance.get('*', () => 'ok');
    instance.get('/api/*', () => 'ok');
    for (const path of ['/orders/7', '/api/carts/7', '/api/carts/7']) await statusOf(path);
    expect(decisions.map(({ route, mode: made }) => [route, made])).toEqual([
      ['GET /orders/:id', 'observe'],
      ['GET /api/carts/:id', 'enforce'],
      ['GET /api/carts/:id', 'enforce'],
    ]);
  });

  it('only observes a route that is to be enforced, by a detector that did not learn from traffic', async () => {
    const detector = forestOver('untaught', flagsAll.schema.features);
    const { instance, decisions, statusOf } = await app({ detector });
    instance.get('/login', { config: { anomaly: { mode: 'enforce' } } }, () => 'ok');
    expect([await statusOf('/login'), await statusOf('/login')]).toEqual([200, 200]);
    expect(decisions.at(-1)).toMatchObject({
      mode: 'enforce',
      action: 'would-block',
      reason: 'detector not from traffic',
    });
  });

  it('guards also routes that are there before it is loaded', async () => {
    const instance = Fastify();
    onTestFinished(() => instance.close());
    instance.get('/', () => 'ok');
    instance.register(
      fastifyGuard({ detector: flagsAll, mode: 'enforce', minRequests: 2, maxBlockedShare: 1 }),
    );
    const statusOf = async () => (await instance.inject('/')).statusCode;
    expect([await statusOf(), await statusOf()]).toEqual([200, 403]);
  });

  it.each(['preValidation', 'preHandler'] as const)(
    'can wait for who authenticates the request, and refuse it in %s',
    async (hook) => {
      const { instance, decisions, statusOf } = await app({ mode: 'enforce', hook });
      instance.decorateRequest('user', null);
      instance.addHook('onRequest', (request, _, done) => {
        Object.assign(request, { user: { sub: 'alice' } });
        done();
      });
      instance.get('/', () => 'ok');
      expect([await statusOf('/'), await statusOf('/')]).toEqual([200, 403]);
      expect(decisions.at(-1)).toMatchObject({ client: 'sub:alice', action: 'block' });
    },
  );

  it('refuses a hook at which it cannot rule', () => {
    const options = { detector: flagsAll, hook: 'onSend' as 'onRequest' };
    expect(thrownBy(() => fastifyGuard(options)).message).toBe(
      'hook: expected one of onRequest, preValidation, preHandler, got "onSend"',
    );
  });

  it('guards HTTP/2 as well', async () => {
    const decisions: Decision[] = [];
    const instance = Fastify({ http2: true });
    onTestFinished(() => instance.close());
    const guard = fastifyGuard({
      detector: flagsAll,
      mode: 'enforce',
      minRequests: 2,
      maxBlockedShare: 1,
      onDecision: (decision) => decisions.push(decision),
    });
    await instance.register(guard);
    instance.get('/', () => 'ok');
    const session = connect(await instance.listen({ port: 0, host: '127.0.0.1' }));
    onTestFinished(() => session.close());
    const statuses = [];
    for (let call = 0; call < 2; call++) {
      const stream = session.request({ ':path': '/', cookie: 'a=b' });
      const [headers] = await once(stream, 'response');
      statuses.push(headers[':status']);
      await text(stream);
    }
    expect(statuses).toEqual([200, 403]);
    expect(decisions.map(({ client }) => client)).toEqual(['127.0.0.1', '127.0.0.1']);
  });

  it('observes also where the framework cannot tell whom it trusts', async () => {
    const decisions: Decision[] = [];
    const instance = Fastify({
      trustProxy() {
        throw new Error('by the test');
      },
    });
    onTestFinished(() => instance.close());
    const onDecision = (decision: Decision) => decisions.push(decision);
    await instance.register(fastifyGuard({ detector: flagsAll, onDecision }));
    instance.get('/', () => 'ok');
    expect((await instance.inject('/')).payload).toBe('ok');
    expect(decisions).toMatchObject([{ action: 'error', error: { message: 'by the test' } }]);
  });

  it('closes with its application', async () => {
    let isClosed = false;
    class Store extends SessionTracker {
      close() {
        isClosed = true;
      }
    }
    const { instance } = await app({ store: new Store() });
    await instance.close();
    expect(isClosed).toBe(true);
  });
});
