// What attackers do, by kind; each function makes the requests of one address.
import {
  CATEGORIES,
  FIRST_ORDER,
  FIRST_PRODUCT,
  LAST_ORDER,
  LAST_PRODUCT,
  passwordOf,
} from '../shop/stock.js';
import type { AttackKind, QuietKind } from './client-kind.js';
import type { Walk } from './customers.js';
import type { Draw, Range } from './draw.js';
import {
  ATTACK_JITTER,
  DISTRIBUTED_SCRAPER,
  DISTRIBUTED_STUFFING,
  ENUMERATION,
  FLOOD,
  HEADLESS_SCRAPER,
  HUMAN_PACED_SCRAPER,
  SCRAPER,
  SLOW_BOT,
  STUFFING,
} from './ranges.js';
import { anyProduct, anyUser, land, listPage, productPage } from './shop-pages.js';
import {
  getAccount,
  getCategories,
  getOrder,
  getProduct,
  getProducts,
  login,
  type ShopRequest,
  search,
} from './shop-request.js';
import { type TimedRequest, Visit } from './visit.js';

export const ATTACK_WALKS: Readonly<Record<AttackKind | QuietKind, Walk>> = {
  scraper,
  stuffing,
  enumeration,
  flood,
  'headless-scraper': headlessScraper,
  'slow-bot': slowBot,
  'human-paced-scraper': humanPacedScraper,
  'distributed-scraper': distributedScraper,
  'distributed-stuffing': distributedStuffing,
};

/** Waits of an attacker: its own usual gap, with its own jitter. */
function pacer(visit: Visit, gapSeconds: Range): () => void {
  const seconds = visit.draw.scaleBetween(gapSeconds);
  const jitter = visit.draw.between(ATTACK_JITTER);
  return () => visit.waitAbout(seconds, jitter);
}

function scraper(draw: Draw, startMs: number): TimedRequest[] {
  const visit = new Visit(draw, startMs);
  const wait = pacer(visit, SCRAPER.gapSeconds);
  const calls = draw.whole(SCRAPER.calls);
  const byLists = draw.chance(SCRAPER.listsShare);
  const productsPerList = draw.whole(SCRAPER.productsPerList);
  const firstId = draw.whole([FIRST_PRODUCT, LAST_PRODUCT - calls]);
  for (let call = 0; call < calls; call++) {
    if (!byLists) visit.load(getProduct(firstId + call));
    else if (call % (productsPerList + 1) === 0) visit.load(...listPage(visit));
    else visit.load(getProduct(anyProduct(draw)));
    wait();
  }
  return visit.requests;
}

function stuffing(draw: Draw, startMs: number): TimedRequest[] {
  const visit = new Visit(draw, startMs);
  const wait = pacer(visit, STUFFING.gapSeconds);
  const calls = draw.whole(STUFFING.calls);
  const hitShare = draw.between(STUFFING.hitShare);
  if (draw.chance(STUFFING.loadsPageShare)) visit.load(getCategories());
  while (visit.requests.length < calls) {
    tryPassword(visit, hitShare);
    wait();
  }
  return visit.requests;
}

function tryPassword(visit: Visit, hitShare: number): void {
  const { draw } = visit;
  const user = anyUser(draw);
  const hit = draw.chance(hitShare);
  visit.load(login(user, hit ? passwordOf(user) : `leaked-${draw.seed()}`));
  if (hit) visit.load(getAccount({ user }));
}

function enumeration(draw: Draw, startMs: number): TimedRequest[] {
  const visit = new Visit(draw, startMs);
  const wait = pacer(visit, ENUMERATION.gapSeconds);
  const calls = draw.whole(ENUMERATION.calls);
  const inOrder = draw.chance(ENUMERATION.inOrderShare);
  const user = anyUser(draw);
  visit.load(login(user, passwordOf(user)), getAccount({ user }));
  let order = draw.whole([FIRST_ORDER, LAST_ORDER - calls]);
  while (visit.requests.length < calls) {
    wait();
    order = inOrder ? order + 1 : draw.whole([FIRST_ORDER, LAST_ORDER]);
    visit.load(getOrder(order, { user }));
  }
  return visit.requests;
}

function flood(draw: Draw, startMs: number): TimedRequest[] {
  const visit = new Visit(draw, startMs);
  const wait = pacer(visit, FLOOD.gapSeconds);
  const calls = draw.whole(FLOOD.calls);
  const targets = Array.from({ length: draw.whole(FLOOD.paths) }, () => floodTarget(draw));
  while (visit.requests.length < calls) {
    visit.load(draw.oneOf(targets)());
    wait();
  }
  return visit.requests;
}

/** A path that costs the shop something. */
function floodTarget(draw: Draw): () => ShopRequest {
  const category = draw.oneOf(CATEGORIES);
  return draw.oneOf([
    () => search(`${category} ${draw.seed()}`),
    () => getProducts(`category=${category}&page=1`),
    () => getCategories(),
    () => getProduct(anyProduct(draw)),
  ]);
}

function headlessScraper(draw: Draw, startMs: number): TimedRequest[] {
  const visit = new Visit(draw, startMs);
  const wait = pacer(visit, HEADLESS_SCRAPER.gapSeconds);
  const pages = draw.whole(HEADLESS_SCRAPER.pages);
  land(visit);
  for (let page = 1; page < pages; page++) {
    wait();
    visit.load(...productPage(visit));
  }
  return visit.requests;
}

function slowBot(draw: Draw, startMs: number): TimedRequest[] {
  const visit = new Visit(draw, startMs);
  return products(visit, draw.whole(SLOW_BOT.calls), SLOW_BOT.gapSeconds);
}

function distributedScraper(draw: Draw, startMs: number): TimedRequest[] {
  const visit = new Visit(draw, startMs);
  return products(visit, draw.whole(DISTRIBUTED_SCRAPER.calls), DISTRIBUTED_SCRAPER.gapSeconds);
}

function products(visit: Visit, calls: number, gapSeconds: Range): TimedRequest[] {
  const wait = pacer(visit, gapSeconds);
  for (let i = 0; i < calls; i++) {
    visit.load(getProduct(anyProduct(visit.draw)));
    wait();
  }
  return visit.requests;
}

function humanPacedScraper(draw: Draw, startMs: number): TimedRequest[] {
  const visit = new Visit(draw, startMs);
  const pages = draw.whole(HUMAN_PACED_SCRAPER.pages);
  land(visit);
  for (let page = 1; page < pages; page++) {
    visit.think();
    visit.load(...(draw.chance(0.2) ? listPage(visit) : productPage(visit)));
  }
  return visit.requests;
}

function distributedStuffing(draw: Draw, startMs: number): TimedRequest[] {
  const visit = new Visit(draw, startMs);
  const wait = pacer(visit, DISTRIBUTED_STUFFING.gapSeconds);
  const calls = draw.whole(DISTRIBUTED_STUFFING.calls);
  for (let i = 0; i < calls; i++) {
    tryPassword(visit, 0);
    wait();
  }
  return visit.requests;
}
