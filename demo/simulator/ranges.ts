// Every range that the simulator draws from, in one place. Each client draws its own parameters once, and then its
// single waits and choices around them: no two customers, and no two attackers, behave the same.
//
//   [low, high]       a value between them, each as likely
//   scale [low, high] a value between them, each factor as likely: as many below 1 as above, of [0.1, 10]
//   spread            that of the logarithm of a log-normal time: 0.8 makes one wait in six more than twice as long

import type { NormalKind } from './client-kind.js';
import type { Range } from './draw.js';

/** Of all clients, customers and attackers alike. */
export const NETWORK_SHARES = {
  home: 0.42,
  'home-ipv6': 0.2,
  /** Mobile carriers, with many customers in one network. */
  carrier: 0.3,
  /** VPNs and hosting. */
  datacenter: 0.08,
} as const;

/** How many of a hundred customers are of each kind; the partner's machines are there all the time. */
export const CUSTOMER_SHARES: Readonly<Record<Exclude<NormalKind, 'partner'>, number>> = {
  browser: 33,
  searcher: 18,
  buyer: 20,
  mobile: 18,
  impatient: 9,
  office: 2,
};

/** What all customers have in common: pages, and the time to read them. */
export const CUSTOMER = {
  /** Between the calls of one page, which the front end sends as soon as it can: milliseconds, scale. */
  burstGapMs: [5, 90] as Range,
  /** A customer's usual time on a page: seconds, scale. */
  thinkSeconds: [3, 45] as Range,
  thinkSpread: 0.9,
  /** Who goes for a coffee, by page, and for how long: minutes. */
  pauseChance: 0.015,
  pauseMinutes: [3, 25] as Range,
  /** Who is logged in from an earlier visit. */
  loggedInShare: 0.3,
  /** Who mistypes the password, and how often in a row. */
  mistypingShare: 0.15,
  mistypings: [1, 3] as Range,
} as const;

/** Looks around: pages of a visit are log-normal. */
export const BROWSER = {
  pages: 8,
  pagesSpread: 0.8,
  mostPages: 80,
  /** How a page follows another. */
  next: { product: 0.5, list: 0.3, scroll: 0.14, search: 0.03, cart: 0.03 },
  /** Further pages of a list while scrolling through it, and seconds between them. */
  scrolls: [2, 9] as Range,
  scrollSeconds: [0.8, 5] as Range,
} as const;

/** Searches while typing: every few letters are a call. */
export const SEARCHER = {
  searches: [1, 8] as Range,
  callsPerSearch: [1, 7] as Range,
  keystrokeMs: [120, 700] as Range,
  productsPerSearch: [0, 4] as Range,
} as const;

/** Looks at products, fills a cart, logs in, buys, and looks at the order. */
export const BUYER = {
  products: [1, 12] as Range,
  itemsInCart: [1, 4] as Range,
  /** Who leaves the cart behind. */
  leavesShare: 0.3,
} as const;

/** An app that loads much at once, opened a few times within hours, often only to see where the parcel is. */
export const MOBILE = {
  visits: [1, 4] as Range,
  minutesBetweenVisits: [4, 70] as Range,
  /** Times that the order is looked at again in a visit, and seconds between. */
  refreshes: [0, 6] as Range,
  refreshSeconds: [2, 60] as Range,
  pages: [0, 6] as Range,
} as const;

/** Opens several products in tabs of their own at once, and reloads what takes too long. */
export const IMPATIENT = {
  rounds: [1, 6] as Range,
  tabs: [2, 9] as Range,
  tabGapMs: [80, 900] as Range,
  thinkSeconds: [0.8, 6] as Range,
  reloadChance: 0.2,
} as const;

/** Colleagues behind one address, each a customer of another kind. */
export const OFFICE = {
  people: [2, 9] as Range,
  /** Over which their visits begin. */
  minutes: [20, 150] as Range,
} as const;

/** A reseller's machines, which ask for changes of the list: all the time, from datacenters. */
export const PARTNER = {
  machines: 6,
  secondsBetweenPolls: [20, 60] as Range,
  /** Share of its wait by which a poll comes early or late. */
  jitter: 0.1,
  pagesPerPoll: [1, 3] as Range,
} as const;

/** Calls of an attack that is seen; fewer than a real one would make, which would only be seen for longer. */
const ATTACK_CALLS: Range = [60, 250];
/** Of all attackers: share of its wait by which a call comes early or late; 0 is a metronome. */
export const ATTACK_JITTER: Range = [0, 0.9];

/** Copies the catalogue: list by list with the products of each, or by counting up ids. */
export const SCRAPER = {
  listsShare: 0.55,
  calls: ATTACK_CALLS,
  gapSeconds: [0.08, 1.2] as Range,
  productsPerList: [5, 20] as Range,
} as const;

/** Tries e-mail addresses and passwords that leaked elsewhere. */
export const STUFFING = {
  calls: ATTACK_CALLS,
  gapSeconds: [0.1, 2.5] as Range,
  /** Passwords that fit; the account is then looked at. */
  hitShare: [0, 0.03] as Range,
  /** Who loads the page with the form first. */
  loadsPageShare: 0.5,
} as const;

/** Logs in as a customer, then asks for the orders of others, in a row or at random. */
export const ENUMERATION = {
  calls: ATTACK_CALLS,
  gapSeconds: [0.08, 2] as Range,
  inOrderShare: 0.6,
} as const;

/** As many calls as go, to one path or a few. */
export const FLOOD = {
  calls: [200, 500] as Range,
  gapSeconds: [0.003, 0.06] as Range,
  paths: [1, 4] as Range,
} as const;

/** Copies the catalogue with a browser that nobody watches: whole pages, and as many calls of each as a customer's. */
export const HEADLESS_SCRAPER = {
  pages: [40, 120] as Range,
  gapSeconds: [0.2, 2] as Range,
} as const;

/** One product after the other, slowly. */
export const SLOW_BOT = { calls: [40, 150] as Range, gapSeconds: [15, 90] as Range } as const;

/** Takes the time and loads the pages that a person would, but never tires. */
export const HUMAN_PACED_SCRAPER = { pages: [60, 160] as Range } as const;

/** Shares its work among addresses, each of which asks for little. */
export const DISTRIBUTED_SCRAPER = {
  addresses: 60,
  calls: [3, 12] as Range,
  gapSeconds: [4, 40] as Range,
} as const;

export const DISTRIBUTED_STUFFING = {
  addresses: 60,
  calls: [1, 4] as Range,
  gapSeconds: [5, 60] as Range,
} as const;
