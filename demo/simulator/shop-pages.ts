// What the shop's front end calls for each of its pages.
import { CATEGORIES, N_USERS, PAGE_SIZE, PRODUCTS, passwordOf } from '../shop/stock.js';
import type { Draw } from './draw.js';
import { CUSTOMER } from './ranges.js';
import {
  getAccount,
  getCart,
  getCategories,
  getProduct,
  getProducts,
  login,
  type ShopRequest,
  search,
} from './shop-request.js';
import type { Visit } from './visit.js';

const N_LIST_PAGES = Math.floor(PRODUCTS.length / CATEGORIES.length / PAGE_SIZE);

export function anyProduct(draw: Draw): number {
  return draw.oneOf(PRODUCTS).id;
}

export function anyUser(draw: Draw): number {
  return draw.whole([0, N_USERS - 1]);
}

/** Gives the visitor a cart, and the token of an earlier login where there was one. */
export function arrive(visit: Visit, isLoggedIn = visit.draw.chance(CUSTOMER.loggedInShare)): void {
  const { draw } = visit;
  const cart = draw.seed().toString(36);
  visit.who = isLoggedIn ? { cart, user: anyUser(draw) } : { cart };
}

/** The first page of a visit loads the frame around it too. */
export function land(visit: Visit): void {
  const { who, draw } = visit;
  const frame = [getCategories(who), getCart(who)];
  if (who.user !== undefined) frame.push(getAccount(who));
  const page = draw.chance(0.5) ? productPage(visit) : listPage(visit);
  visit.load(...frame, ...page);
}

export function listPage({ who, draw }: Visit): ShopRequest[] {
  const category = draw.oneOf(CATEGORIES);
  return [getProducts(`category=${category}&page=${draw.whole([1, N_LIST_PAGES])}`, who)];
}

/** A product, and others like it. */
export function productPage({ who, draw }: Visit, id = anyProduct(draw)): ShopRequest[] {
  return [getProduct(id, who), getProducts(`related=${id}`, who)];
}

/** Calls while a word is typed; the last one stays on the screen. */
export function typeSearch(visit: Visit, nCalls: number, keystrokeMs: readonly [number, number]) {
  const { draw, who } = visit;
  const word = `${draw.oneOf(CATEGORIES)} ${draw.whole([100, 999])}`;
  for (let call = 1; call <= nCalls; call++) {
    if (call > 1) visit.wait(keystrokeMs, 1);
    visit.load(search(word.slice(0, Math.ceil((word.length * call) / nCalls)), who));
  }
}

/** With the wrong passwords that come before the right one. */
export function logIn(visit: Visit): void {
  const { draw } = visit;
  const user = anyUser(draw);
  const mistypings = draw.chance(CUSTOMER.mistypingShare) ? draw.whole(CUSTOMER.mistypings) : 0;
  for (let i = 0; i < mistypings; i++) {
    visit.load(login(user, `${passwordOf(user)}x`));
    visit.wait([2, 15]);
  }
  visit.load(login(user, passwordOf(user)));
  visit.who = { ...visit.who, user };
}
