// `request.ip` of Express, remembered by what it goes by: the peer, and X-Forwarded-For where a proxy is trusted. To work it out
// takes 2 to 4 µs, as much as the rest of a decision (Node 20). An application may define `ip` anew: that is asked each time.
import type { Request } from 'express';
import { RecentMap } from '../recent-map.js';
import type { TrustProxy } from './express-trust.js';

/** Addresses that are remembered, for each setting of the application. */
const MOST_ADDRESSES = 65_536;
/** In characters; longer ones are rare, and a client may make them up. */
const LONGEST_FORWARDED = 128;
/** The getter of Express 5, blanks left out. Whatever copy of Express it is of: an application's own reads otherwise. */
const IP_OF_EXPRESS =
  "functionip(){vartrust=this.app.get('trustproxyfn');returnproxyaddr(this,trust);}";

export class ExpressAddresses {
  readonly #byTrust = new WeakMap<TrustProxy, RecentMap<string>>();
  /** The one that was looked at last, and whether it is Express's. */
  #getter: unknown;
  #isOfExpress = false;

  of(request: Request): string | undefined {
    const { app } = request;
    const setting: unknown = app.get('trust proxy');
    const forwarded = setting ? (request.headers['x-forwarded-for'] ?? '') : '';
    const isRemembered =
      // A function of the application's may change its mind.
      typeof setting !== 'function' &&
      typeof forwarded === 'string' &&
      forwarded.length <= LONGEST_FORWARDED &&
      this.#goesByExpress(request);
    if (!isRemembered) return request.ip;
    const known = this.#knownBy(app.get('trust proxy fn'));
    const key = `${request.socket.remoteAddress} ${forwarded}`;
    let ip = known.get(key);
    if (ip === undefined) {
      ip = request.ip;
      if (ip !== undefined) known.set(key, ip);
    }
    return ip;
  }

  #goesByExpress(request: Request): boolean {
    const getter = getterOf(request);
    if (getter !== this.#getter) {
      this.#getter = getter;
      this.#isOfExpress =
        typeof getter === 'function' && String(getter).replace(/\s/g, '') === IP_OF_EXPRESS;
    }
    return this.#isOfExpress;
  }

  #knownBy(trust: TrustProxy): RecentMap<string> {
    let known = this.#byTrust.get(trust);
    if (known === undefined) {
      known = new RecentMap(MOST_ADDRESSES);
      this.#byTrust.set(trust, known);
    }
    return known;
  }
}

/** What gives `ip`, wherever along the prototypes it is defined; undefined of a value. */
function getterOf(request: Request): unknown {
  for (let holder: unknown = request; holder !== null; holder = Object.getPrototypeOf(holder)) {
    if (Object.hasOwn(holder as object, 'ip')) {
      return Object.getOwnPropertyDescriptor(holder, 'ip')?.get;
    }
  }
  return undefined;
}
