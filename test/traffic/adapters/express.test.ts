import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ExpressGuard, expressGuard } from '../../../src/traffic/adapters/express.js';
import type { Decision } from '../../../src/traffic/guard/decision.js';
import { flagsAll } from '../../support/flagging-detectors.js';
import { describeAdapter, type StartApp } from './adapter-conformance.js';

const start: StartApp = async (options, trustProxy = []) => {
  const app = express();
  app.set('trust proxy', trustProxy === true ? true : trustProxy.length > 0 && trustProxy);
  const guard = options && expressGuard(options);
  if (guard !== undefined) app.use(guard);
  app.get('/products/:id', (request, response) => {
    response.json({ id: request.params.id });
  });
  app.post('/login', express.text({ type: () => true }), (request, response) => {
    response.type('text/plain').send(request.body);
  });
  app.get('/decision', (request, response) => {
    const { anomalyDecision } = request as never as { anomalyDecision: { action: string } };
    response.json({ action: anomalyDecision.action });
  });
  app.get('/fail', (_, response) => {
    response.status(500).send('failed');
  });
  app.get('/never', () => {});
  const server = app.listen(0, '127.0.0.1');
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

describeAdapter('Express', start);

describe('in Express', () => {
  /** Decisions of a guard about requests to an application that has it where `build` puts it. */
  async function decisionsOf(
    build: (app: express.Express, guard: ExpressGuard) => void,
    requests: readonly { path: string; headers?: Record<string, string> }[],
    options: Partial<Parameters<typeof expressGuard>[0]> = {},
    ask: (url: string) => Promise<void> = async () => {},
  ): Promise<Decision[]> {
    const decisions: Decision[] = [];
    const onDecision = (decision: Decision) => decisions.push(decision);
    const guard = expressGuard({ detector: flagsAll, minRequests: 2, onDecision, ...options });
    const app = express();
    build(app, guard);
    const server = app.listen(0, '127.0.0.1');
    onTestFinished(async () => {
      server.close();
      await guard.close();
    });
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    for (const { path, headers = {} } of requests) {
      await (await fetch(`http://127.0.0.1:${port}${path}`, { headers })).arrayBuffer();
    }
    await ask(`http://127.0.0.1:${port}/`);
    return decisions;
  }

  const ok: express.RequestHandler = (_, response) => {
    response.send('ok');
  };

  it('a guard of one route knows its template, mount points included', async () => {
    const decisions = await decisionsOf(
      (app, guard) => {
        const orders = express.Router();
        orders.get('/orders/:order', guard, ok);
        app.use('/users/:user', orders);
        app.get('/about-:topic', guard, ok);
        app.get(/^\/files\/(.*)$/, guard, ok);
      },
      [
        { path: '/users/42/orders/7?x=1' },
        { path: '/users/43/orders/8' },
        { path: '/about-us' },
        { path: '/files/7/8' },
      ],
    );
    expect(decisions.map(({ route }) => route)).toEqual([
      'GET /users/:id/orders/:id',
      'GET /users/:id/orders/:id',
      'GET /:id',
      'GET /files/:id/:id',
    ]);
  });

  it('goes by what an authentication before it has verified', async () => {
    const decisions = await decisionsOf(
      (app, guard) => {
        app.use((request, _, next) => {
          const token = request.get('authorization');
          if (token === 'of alice') Object.assign(request, { auth: { payload: { sub: 'alice' } } });
          if (token === 'of bob') Object.assign(request, { user: { sub: 'bob' } });
          next();
        });
        app.use(guard, ok);
      },
      ['of alice', 'of bob', 'of mallory'].map((authorization) => ({
        path: '/',
        headers: { authorization },
      })),
    );
    expect(decisions.map(({ client }) => client)).toEqual(['sub:alice', 'sub:bob', '127.0.0.1']);
  });

  it.each([
    ['a number of proxies', 1, '203.0.113.9'],
    ['a network of proxies', '127.0.0.0/8', '203.0.113.9'],
    ['a function', (address: string) => address === '127.0.0.1', '203.0.113.9'],
    ['proxies that are elsewhere', ['10.0.0.0/8'], '127.0.0.1'],
    ['whoever connects', () => true, ''],
    ['every network', ['0.0.0.0/1', '128.0.0.0/1'], ''],
  ])('trusts %s as its settings say', async (_, trust, client) => {
    const decisions = await decisionsOf(
      (app, guard) => {
        app.set('trust proxy', trust);
        app.use(guard, ok);
      },
      [{ path: '/', headers: { 'X-Forwarded-For': '198.51.100.1, 203.0.113.9' } }],
    );
    expect(decisions).toMatchObject([{ client }]);
  });

  it('follows the setting of the proxies when it changes', async () => {
    const decisions = await decisionsOf(
      (app, guard) => {
        app.use((request, _, next) => {
          app.set('trust proxy', request.get('x-trust'));
          next();
        });
        app.use(guard, ok);
      },
      ['loopback', '10.0.0.0/8', 'loopback'].map((trust) => ({
        path: '/',
        headers: { 'X-Forwarded-For': '203.0.113.9', 'X-Trust': trust },
      })),
    );
    expect(decisions.map(({ client }) => client)).toEqual([
      '203.0.113.9',
      '127.0.0.1',
      '203.0.113.9',
    ]);
  });

  it('has an address worked out once of the same peer and header, as Express 5 does it', async () => {
    let nAsked = 0;
    const asked: number[] = [];
    const decisions = await decisionsOf(
      (app, guard) => {
        app.set('trust proxy', 'loopback');
        const trust = app.get('trust proxy fn');
        app.set('trust proxy fn', (address: string, hops: number) => {
          nAsked++;
          return trust(address, hops);
        });
        app.use(guard, (_, response) => {
          asked.push(nAsked);
          response.send('ok');
        });
      },
      ['203.0.113.9', '203.0.113.9', '203.0.113.9', '203.0.113.8'].map((address) => ({
        path: '/',
        headers: { 'X-Forwarded-For': address },
      })),
    );
    expect(decisions.map(({ client }) => client).at(-1)).toBe('203.0.113.8');
    expect(asked[2]).toBe(asked[0]);
    expect(asked[3]).toBeGreaterThan(asked[2]);
  });

  const byHeader = (name: string) => ({
    configurable: true,
    get(this: express.Request) {
      return this.get(name);
    },
  });

  it.each<[string, (app: express.Express) => void]>([
    [
      'application',
      (app) => {
        Object.defineProperty(app.request, 'ip', byHeader('client-ip'));
      },
    ],
    [
      'application, for some of the requests',
      (app) => {
        Object.defineProperty(app.request, 'ip', {
          get(this: express.Request) {
            return this.headers['x-forwarded-for'] === '203.0.113.9'
              ? this.headers['client-ip']
              : '203.0.113.1';
          },
        });
      },
    ],
    [
      'application, by what Express finds beside it',
      (app) => {
        const { get } = Object.getOwnPropertyDescriptor(express.request, 'ip') ?? {};
        Object.defineProperty(app.request, 'ip', {
          get(this: express.Request) {
            return Object.hasOwn(this.headers, 'client-ip')
              ? this.headers['client-ip']
              : get?.call(this);
          },
        });
      },
    ],
    [
      'request',
      (app) => {
        app.use((request, _, next) => {
          Object.defineProperty(request, 'ip', byHeader('client-ip'));
          next();
        });
      },
    ],
  ])(
    'goes by the address that the %s defines, also where all else is the same',
    async (_, define) => {
      const addresses = ['203.0.113.1', '203.0.113.2', '203.0.113.3', '203.0.113.2'];
      const decisions = await decisionsOf(
        (app, guard) => {
          app.set('trust proxy', 'loopback');
          define(app);
          app.use(guard, ok);
        },
        addresses.map((address, i) => ({
          path: '/',
          headers: { 'X-Forwarded-For': i === 0 ? '' : '203.0.113.9', 'Client-IP': address },
        })),
      );
      expect(decisions.map(({ client }) => client)).toEqual(addresses);
    },
  );

  it('counts a request once, however often it passes the guard', async () => {
    let seen: unknown;
    const decisions = await decisionsOf(
      (app, guard) => {
        app.use(guard);
        app.get('/x', guard, (request, response) => {
          seen = (request as never as { anomalyDecision: Decision }).anomalyDecision;
          response.send('ok');
        });
      },
      [{ path: '/x' }],
    );
    expect(decisions).toMatchObject([{ prediction: 'unknown', behaviour: { sequence_length: 1 } }]);
    expect(seen).toBe(decisions[0]);
  });

  it('counts a request for each of several guards, and carries the last decision', async () => {
    const last: Decision[] = [];
    const other = expressGuard({ detector: flagsAll, onDecision: (made) => last.push(made) });
    onTestFinished(() => other.close());
    let seen: unknown;
    const decisions = await decisionsOf(
      (app, guard) => {
        app.use(guard, other);
        app.get('/x', (request, response) => {
          seen = (request as never as { anomalyDecision: Decision }).anomalyDecision;
          response.send('ok');
        });
      },
      [{ path: '/x' }],
    );
    expect(decisions).toHaveLength(1);
    expect(last).toHaveLength(1);
    expect(seen).toBe(last[0]);
  });

  it.each([
    ['the client has gone', () => {}],
    ['it was answered in time', (response: express.Response) => response.send('too late')],
  ])('counts a request once that passes the guard again when %s', async (_, answer) => {
    let passedAgain = false;
    const decisions = await decisionsOf(
      (app, guard) => {
        app.use(guard);
        app.use((request, response, next) => {
          answer(response);
          if (response.headersSent) response.once('close', next);
          else request.once('close', next);
        });
        app.use(guard, () => {
          passedAgain = true;
        });
        app.use((_error: unknown, _request: unknown, _response: unknown, next: () => void) =>
          next(),
        );
      },
      [],
      {},
      async (url) => {
        await fetch(url, { signal: AbortSignal.timeout(200) }).catch(() => {});
      },
    );
    await expect.poll(() => passedAgain).toBe(true);
    expect(decisions).toMatchObject([{ behaviour: { sequence_length: 1 } }]);
  });

  it('counts a request once for a guard that it passes again behind another', async () => {
    const last: Decision[] = [];
    const other = expressGuard({ detector: flagsAll, onDecision: (made) => last.push(made) });
    onTestFinished(() => other.close());
    const decisions = await decisionsOf(
      (app, guard) => {
        app.use(guard, other, guard, other, ok);
      },
      [{ path: '/x' }],
    );
    expect(decisions).toMatchObject([{ behaviour: { sequence_length: 1 } }]);
    expect(last).toMatchObject([{ behaviour: { sequence_length: 1 } }]);
  });

  it('does not go by a route that has passed a request on', async () => {
    const decisions = await decisionsOf(
      (app, guard) => {
        app.all('/*all', (_request, _response, next) => next());
        app.use(guard);
        app.get('/products/:id', (_, response) => {
          response.send('ok');
        });
      },
      [{ path: '/products/7' }],
    );
    expect(decisions).toMatchObject([{ route: 'GET /products/:id' }]);
  });

  it('leaves a request alone that was answered while the guard waited', async () => {
    const decisions = await decisionsOf(
      (app, guard) => {
        app.use((_, response, next) => {
          response.status(503).send('too late');
          next();
        });
        app.use(guard);
      },
      [{ path: '/x' }],
      { mode: 'enforce', onError: 'deny', sessionKey: async () => undefined },
    );
    await expect.poll(() => decisions).toMatchObject([{ refused: true }]);
  });
});
