// What the shop has: made by rule, so that the shop and those who simulate its customers know the same.
import { createHmac } from 'node:crypto';

export const CATEGORIES = [
  'books',
  'garden',
  'kitchen',
  'music',
  'office',
  'outdoor',
  'toys',
  'tools',
] as const;
export type Category = (typeof CATEGORIES)[number];

export const FIRST_PRODUCT = 1_000;
export const LAST_PRODUCT = 1_999;
export const N_USERS = 3_000;
export const FIRST_ORDER = 70_000;
export const LAST_ORDER = 89_999;
export const PAGE_SIZE = 20;

/** One number in so many is that of a product no longer sold. */
const WITHDRAWN_ONE_IN = 9;
const SECRET = 'demo';

export interface Product {
  readonly id: number;
  readonly name: string;
  readonly category: Category;
  readonly cents: number;
}

/** Of those sold; undefined of any other number. */
export function productOf(id: number): Product | undefined {
  const isSold =
    Number.isInteger(id) &&
    id >= FIRST_PRODUCT &&
    id <= LAST_PRODUCT &&
    id % WITHDRAWN_ONE_IN !== 0;
  if (!isSold) return undefined;
  const category = CATEGORIES[id % CATEGORIES.length];
  return { id, name: `${category} ${id}`, category, cents: 199 + ((id * 7_919) % 20_000) };
}

export const PRODUCTS: readonly Product[] = Array.from(
  { length: LAST_PRODUCT - FIRST_PRODUCT + 1 },
  (_, i) => productOf(FIRST_PRODUCT + i),
).filter((product) => product !== undefined);

/** The number of the user who placed an order, 0 to N_USERS − 1; undefined where there is no such order. */
export function ownerOf(order: number): number | undefined {
  const exists = Number.isInteger(order) && order >= FIRST_ORDER && order <= LAST_ORDER;
  return exists ? (order * 31) % N_USERS : undefined;
}

const ORDERS_BY_USER: readonly number[][] = Array.from({ length: N_USERS }, () => []);
for (let order = FIRST_ORDER; order <= LAST_ORDER; order++) {
  ORDERS_BY_USER[ownerOf(order) as number].push(order);
}

export function ordersOf(user: number): readonly number[] {
  return ORDERS_BY_USER[user];
}

export function emailOf(user: number): string {
  return `user${user}@example.com`;
}

export function passwordOf(user: number): string {
  return `correct-horse-${user}`;
}

/** What the login gives; it keeps no state. */
export function tokenOf(user: number): string {
  return `${user}.${createHmac('sha256', SECRET).update(String(user)).digest('base64url').slice(0, 16)}`;
}

/** The user whose token it is. */
export function userOf(token: string): number | undefined {
  const user = Number(token.split('.', 1)[0]);
  return user < N_USERS && token === tokenOf(user) ? user : undefined;
}
