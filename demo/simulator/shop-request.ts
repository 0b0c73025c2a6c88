// The calls that the shop knows, each with the status that it answers.
import { emailOf, ownerOf, passwordOf, productOf } from '../shop/stock.js';

export interface ShopRequest {
  readonly method: 'GET' | 'POST';
  /** With its query. */
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  /** Whose token it carries, if any. */
  readonly user?: number | undefined;
  /** Id of the shopping cart, if any. */
  readonly cart?: string | undefined;
  /** What the shop answers where nothing blocks it. */
  readonly status: number;
}

/** What a client keeps of itself and sends with its requests. */
export interface Identity {
  readonly user?: number | undefined;
  readonly cart?: string | undefined;
}

export function getCategories(who: Identity = {}): ShopRequest {
  return { ...who, method: 'GET', path: '/categories', status: 200 };
}

export function getProducts(query: string, who: Identity = {}): ShopRequest {
  return { ...who, method: 'GET', path: `/products?${query}`, status: 200 };
}

export function getProduct(id: number, who: Identity = {}): ShopRequest {
  const status = productOf(id) === undefined ? 404 : 200;
  return { ...who, method: 'GET', path: `/products/${id}`, status };
}

export function search(query: string, who: Identity = {}): ShopRequest {
  return { ...who, method: 'GET', path: `/search?q=${encodeURIComponent(query)}`, status: 200 };
}

export function getCart(who: Identity): ShopRequest {
  return { ...who, method: 'GET', path: '/cart', status: 200 };
}

export function addToCart(product: number, who: Identity): ShopRequest {
  const status = productOf(product) === undefined ? 404 : 201;
  return { ...who, method: 'POST', path: '/cart', body: { product }, status };
}

export function login(user: number, password: string): ShopRequest {
  const status = password === passwordOf(user) ? 200 : 401;
  return { method: 'POST', path: '/login', body: { email: emailOf(user), password }, status };
}

export function getAccount(who: Identity): ShopRequest {
  return { ...who, method: 'GET', path: '/account', status: who.user === undefined ? 401 : 200 };
}

/** Of another's order the shop does not even tell that it exists. */
export function getOrder(order: number, who: Identity): ShopRequest {
  const otherwise = ownerOf(order) === who.user ? 200 : 404;
  const status = who.user === undefined ? 401 : otherwise;
  return { ...who, method: 'GET', path: `/orders/${order}`, status };
}

/** Of a cart with something in it. */
export function checkOut(who: Identity): ShopRequest {
  return { ...who, method: 'POST', path: '/checkout', status: who.user === undefined ? 401 : 201 };
}
