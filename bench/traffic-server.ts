// The servers that bench/traffic-http.ts starts: a small shop in one of the frameworks, bare or behind a guard that
// observes, with so many live sessions; `empty` has in its place a middleware that does nothing.
//   traffic-server.js FRAMEWORK bare|empty
//   traffic-server.js FRAMEWORK DETECTOR N_SESSIONS
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { findDetector, loadCatalog } from '../src/model/detector-store.js';
import { SHIPPED_MODELS_FOLDER } from '../src/package-paths.js';
import { trackerWith } from './live-sessions.js';

/** The load comes from this machine, for clients that it names in X-Forwarded-For. */
const TRUSTED = 'loopback';

/** What stands before the handlers: options of a guard, a middleware that does nothing, or nothing. */
type Before = ReturnType<typeof guardOptions> | 'empty' | undefined;
type Start = (before: Before) => Promise<Server>;

/** Each imports what it needs: a server that is measured holds no other's code. */
const STARTS: Readonly<Record<string, Start>> = {
  'node:http': startNode,
  'Express 5': startExpress,
  'Fastify 5': startFastify,
  Hono: startHono,
};

const [framework, app, nSessions] = process.argv.slice(2);
const server = await STARTS[framework](beforeOf(app));
if (!server.listening) await new Promise((resolve) => server.once('listening', resolve));
console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port} `);
process.once('SIGTERM', () => process.exit());

function beforeOf(app: string): Before {
  if (app === 'bare') return undefined;
  return app === 'empty' ? 'empty' : guardOptions(app, Number(nSessions));
}

function guardOptions(name: string, nSessions: number) {
  return {
    detector: findDetector(loadCatalog(SHIPPED_MODELS_FOLDER), name),
    store: trackerWith(nSessions),
  };
}

function product(id: string) {
  return { id, name: `Product ${id}`, price: 19.9 };
}

const PRODUCTS = Array.from({ length: 5 }, (_, i) => product(String(i)));
const CART = { items: [] };

async function startNode(before: Before): Promise<Server> {
  const { nodeGuard } = await import('../src/traffic/adapters/node.js');
  const answer = ({ url = '' }: IncomingMessage, response: ServerResponse) => {
    const id = /^\/products\/(\w+)$/.exec(url)?.[1];
    const value = id !== undefined ? product(id) : url === '/cart' ? CART : PRODUCTS;
    const body = JSON.stringify(value);
    response.writeHead(200, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
    });
    response.end(body);
  };
  if (before === undefined) return createServer(answer).listen(0, '127.0.0.1');
  const guard =
    before === 'empty'
      ? (_request: unknown, _response: unknown, next: () => void) => next()
      : nodeGuard({ ...before, trustProxy: TRUSTED });
  return createServer((request, response) =>
    guard(request, response, () => answer(request, response)),
  ).listen(0, '127.0.0.1');
}

async function startExpress(before: Before): Promise<Server> {
  const { default: express } = await import('express');
  const { expressGuard } = await import('../src/traffic/adapters/express.js');
  const app = express().set('trust proxy', TRUSTED);
  if (before === 'empty') app.use((_request, _response, next) => next());
  else if (before !== undefined) app.use(expressGuard(before));
  app.get('/products', (_, response) => void response.json(PRODUCTS));
  app.get('/products/:id', ({ params }, response) => void response.json(product(params.id)));
  app.get('/cart', (_, response) => void response.json(CART));
  return app.listen(0, '127.0.0.1');
}

async function startFastify(before: Before): Promise<Server> {
  const { default: fastify } = await import('fastify');
  const { fastifyGuard } = await import('../src/traffic/adapters/fastify.js');
  const app = fastify({ trustProxy: TRUSTED });
  if (before === 'empty') app.addHook('onRequest', (_request, _reply, done) => done());
  else if (before !== undefined) await app.register(fastifyGuard(before));
  app.get('/products', async () => PRODUCTS);
  app.get('/products/:id', async ({ params }) => product((params as { id: string }).id));
  app.get('/cart', async () => CART);
  await app.listen({ port: 0, host: '127.0.0.1' });
  return app.server;
}

async function startHono(before: Before): Promise<Server> {
  const { serve } = await import('@hono/node-server');
  const { Hono } = await import('hono');
  const { honoGuard } = await import('../src/traffic/adapters/hono.js');
  const app = new Hono();
  if (before === 'empty') app.use((_, next) => next());
  else if (before !== undefined) app.use(honoGuard({ ...before, trustProxy: TRUSTED }));
  app.get('/products', (context) => context.json(PRODUCTS));
  app.get('/products/:id', (context) => context.json(product(context.req.param('id'))));
  app.get('/cart', (context) => context.json(CART));
  return serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server;
}
