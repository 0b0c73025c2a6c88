// What customers do, by kind. Each function makes the whole way of one client, from its arrival to its last request.
import { ordersOf } from '../shop/stock.js';
import type { NormalKind } from './client-kind.js';
import type { Draw } from './draw.js';
import {
  BROWSER,
  BUYER,
  CUSTOMER_SHARES,
  IMPATIENT,
  MOBILE,
  OFFICE,
  PARTNER,
  SEARCHER,
} from './ranges.js';
import {
  anyProduct,
  arrive,
  land,
  listPage,
  logIn,
  productPage,
  typeSearch,
} from './shop-pages.js';
import { addToCart, checkOut, getAccount, getCart, getOrder, getProducts } from './shop-request.js';
import { type TimedRequest, Visit } from './visit.js';

const MS_PER_MINUTE = 60_000;

/** The requests of one client in the order of their times. */
export type Walk = (draw: Draw, startMs: number, endMs: number) => TimedRequest[];

export const CUSTOMER_WALKS: Readonly<Record<NormalKind, Walk>> = {
  browser,
  searcher,
  buyer,
  mobile,
  impatient,
  office,
  partner,
};

function browser(draw: Draw, startMs: number): TimedRequest[] {
  const visit = new Visit(draw, startMs);
  arrive(visit);
  land(visit);
  const pages = Math.min(draw.around(BROWSER.pages, BROWSER.pagesSpread), BROWSER.mostPages);
  for (let page = 1; page < pages; page++) {
    visit.think();
    const next = draw.weighted(BROWSER.next);
    if (next === 'product') visit.load(...productPage(visit));
    else if (next === 'list') visit.load(...listPage(visit));
    else if (next === 'scroll') scroll(visit);
    else if (next === 'cart') visit.load(getCart(visit.who));
    else typeSearch(visit, draw.whole(SEARCHER.callsPerSearch), SEARCHER.keystrokeMs);
  }
  return visit.requests;
}

function scroll(visit: Visit): void {
  const scrolls = visit.draw.whole(BROWSER.scrolls);
  for (let i = 0; i < scrolls; i++) {
    if (i > 0) visit.wait(BROWSER.scrollSeconds);
    visit.load(...listPage(visit));
  }
}

function searcher(draw: Draw, startMs: number): TimedRequest[] {
  const visit = new Visit(draw, startMs);
  arrive(visit);
  land(visit);
  const searches = draw.whole(SEARCHER.searches);
  for (let i = 0; i < searches; i++) {
    visit.think();
    typeSearch(visit, draw.whole(SEARCHER.callsPerSearch), SEARCHER.keystrokeMs);
    const products = draw.whole(SEARCHER.productsPerSearch);
    for (let j = 0; j < products; j++) {
      visit.think();
      visit.load(...productPage(visit));
    }
  }
  return visit.requests;
}

function buyer(draw: Draw, startMs: number): TimedRequest[] {
  const visit = new Visit(draw, startMs);
  arrive(visit);
  land(visit);
  const products = Array.from({ length: draw.whole(BUYER.products) }, () => anyProduct(draw));
  for (const product of products) {
    visit.think();
    if (draw.chance(0.4)) visit.load(...listPage(visit));
    else visit.load(...productPage(visit, product));
  }
  const items = products.slice(0, draw.whole(BUYER.itemsInCart));
  for (const item of items) {
    visit.think();
    visit.load(addToCart(item, visit.who), getCart(visit.who));
  }
  if (draw.chance(BUYER.leavesShare)) return visit.requests;
  visit.think();
  if (visit.who.user === undefined) logIn(visit);
  visit.load(getCart(visit.who), getAccount(visit.who));
  visit.think();
  visit.load(checkOut(visit.who), getAccount(visit.who));
  return visit.requests;
}

function mobile(draw: Draw, startMs: number): TimedRequest[] {
  const visit = new Visit(draw, startMs);
  arrive(visit, true);
  const order = draw.oneOf(ordersOf(visit.who.user as number));
  const visits = draw.whole(MOBILE.visits);
  for (let i = 0; i < visits; i++) {
    if (i > 0) visit.wait(MOBILE.minutesBetweenVisits, MS_PER_MINUTE);
    visit.load(getAccount(visit.who), getCart(visit.who), ...listPage(visit));
    const refreshes = draw.whole(MOBILE.refreshes);
    for (let j = 0; j < refreshes; j++) {
      visit.wait(MOBILE.refreshSeconds);
      visit.load(getOrder(order, visit.who));
    }
    const pages = draw.whole(MOBILE.pages);
    for (let j = 0; j < pages; j++) {
      visit.think();
      visit.load(...(draw.chance(0.6) ? productPage(visit) : listPage(visit)));
    }
  }
  return visit.requests;
}

function impatient(draw: Draw, startMs: number): TimedRequest[] {
  const visit = new Visit(draw, startMs, IMPATIENT.thinkSeconds);
  arrive(visit);
  land(visit);
  const rounds = draw.whole(IMPATIENT.rounds);
  for (let round = 0; round < rounds; round++) {
    visit.think();
    visit.load(...listPage(visit));
    visit.think();
    const tabs = draw.whole(IMPATIENT.tabs);
    for (let tab = 0; tab < tabs; tab++) {
      if (tab > 0) visit.wait(IMPATIENT.tabGapMs, 1);
      const page = productPage(visit);
      visit.load(...page);
      if (!draw.chance(IMPATIENT.reloadChance)) continue;
      visit.wait(IMPATIENT.tabGapMs, 1);
      visit.load(...page);
    }
  }
  return visit.requests;
}

function office(draw: Draw, startMs: number): TimedRequest[] {
  const people = draw.whole(OFFICE.people);
  const overMs = draw.between(OFFICE.minutes) * MS_PER_MINUTE;
  const { office: _, ...kinds } = CUSTOMER_SHARES;
  const requests: TimedRequest[] = [];
  for (let i = 0; i < people; i++) {
    const walk = CUSTOMER_WALKS[draw.weighted(kinds)];
    requests.push(...walk(draw, startMs + draw.uniform() * overMs, 0));
  }
  return requests.sort((a, b) => a.timeMs - b.timeMs);
}

function partner(draw: Draw, startMs: number, endMs: number): TimedRequest[] {
  const visit = new Visit(draw, startMs);
  const seconds = draw.between(PARTNER.secondsBetweenPolls);
  while (visit.timeMs < endMs) {
    const pages = draw.whole(PARTNER.pagesPerPoll);
    for (let page = 1; page <= pages; page++) visit.load(getProducts(`page=${page}`));
    visit.waitAbout(seconds, PARTNER.jitter);
  }
  return visit.requests;
}
