// A small shop API as its owners might have written it, with the guard before its handlers. It keeps all in memory.
import express, { type Express, type Request, type RequestHandler } from 'express';
import {
  CATEGORIES,
  emailOf,
  N_USERS,
  ordersOf,
  ownerOf,
  PAGE_SIZE,
  PRODUCTS,
  type Product,
  passwordOf,
  productOf,
  tokenOf,
  userOf,
} from './stock.js';

export interface ShopOptions {
  /** The middleware that judges clients; none where the shop is without. */
  readonly guard?: RequestHandler | undefined;
  /** Whatever is to see every request first, as an access log does. */
  readonly first: RequestHandler;
}

/** What a verified token says, where the guard finds it. */
interface Claims {
  /** E-mail address. */
  readonly sub: string;
  readonly number: number;
}

const SEARCH_RESULTS = 10;

export function createShop({ guard, first }: ShopOptions): Express {
  const app = express();
  // The proxy before the shop runs on the same machine, and tells the client's address.
  app.set('trust proxy', 'loopback');
  app.set('etag', false);
  app.disable('x-powered-by');
  app.use(first, authenticate);
  if (guard !== undefined) app.use(guard);
  app.use(express.json());

  const carts = new Map<string, Product[]>();
  const cartOf = (request: Request) => carts.get(request.get('cart-id') ?? '') ?? [];

  app.get('/categories', (_, response) => {
    response.json(CATEGORIES);
  });
  app.get('/products', ({ query }, response) => {
    const { category, related } = query;
    const page = Math.max(1, Number(query.page) || 1);
    const wanted = typeof related === 'string' ? productOf(Number(related))?.category : category;
    const found = wanted ? PRODUCTS.filter((product) => product.category === wanted) : PRODUCTS;
    response.json(found.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE));
  });
  app.get('/products/:id', ({ params }, response) => {
    const product = productOf(Number(params.id));
    if (product === undefined) response.status(404).json({ error: 'no such product' });
    else response.json(product);
  });
  app.get('/search', ({ query }, response) => {
    const text = String(query.q);
    response.json(PRODUCTS.filter(({ name }) => name.startsWith(text)).slice(0, SEARCH_RESULTS));
  });
  app.get('/cart', (request, response) => {
    response.json(cartOf(request));
  });
  app.post('/cart', (request, response) => {
    const product = productOf(request.body?.product);
    if (product === undefined) {
      response.status(404).json({ error: 'no such product' });
      return;
    }
    carts.set(request.get('cart-id') ?? '', [...cartOf(request), product]);
    response.status(201).json(cartOf(request));
  });
  app.post('/login', ({ body }, response) => {
    const number = Number(/^user(\d+)@/.exec(body?.email)?.[1]);
    if (!(number < N_USERS) || body.password !== passwordOf(number)) {
      response.status(401).json({ error: 'wrong e-mail address or password' });
      return;
    }
    response.json({ token: tokenOf(number) });
  });
  app.get('/account', requireLogin, (request, response) => {
    const { sub, number } = claimsOf(request) as Claims;
    response.json({ email: sub, orders: ordersOf(number) });
  });
  app.get('/orders/:id', requireLogin, (request, response) => {
    const id = Number(request.params.id);
    // Nobody is told which orders others have.
    if (ownerOf(id) !== claimsOf(request)?.number) {
      response.status(404).json({ error: 'no such order' });
      return;
    }
    response.json({ id, status: 'on its way' });
  });
  app.post('/checkout', requireLogin, (request, response) => {
    const cart = cartOf(request);
    if (cart.length === 0) {
      response.status(409).json({ error: 'the cart is empty' });
      return;
    }
    carts.delete(request.get('cart-id') ?? '');
    response.status(201).json({ cents: cart.reduce((sum, { cents }) => sum + cents, 0) });
  });
  return app;
}

const authenticate: RequestHandler = (request, _, next) => {
  const [, token = ''] = /^Bearer (.+)$/.exec(request.get('authorization') ?? '') ?? [];
  const number = userOf(token);
  if (number !== undefined) {
    (request as { user?: Claims }).user = { sub: emailOf(number), number };
  }
  next();
};

const requireLogin: RequestHandler = (request, response, next) => {
  if (claimsOf(request) !== undefined) next();
  else response.status(401).json({ error: 'log in first' });
};

export function claimsOf(request: Request): Claims | undefined {
  return (request as { user?: Claims }).user;
}
