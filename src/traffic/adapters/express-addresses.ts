// `request.ip` of Express, remembered by what it goes by: the peer and X-Forwarded-For. To work it out takes 2 to 4 µs, as much
// as the rest of a decision (Node 20). An application may define `ip` anew: one that goes by anything else is asked each time.
import type { Request } from 'express';
import { RecentMap } from '../recent-map.js';
import type { TrustProxy } from './express-trust.js';

/** Addresses that are remembered, for each setting of the application. */
const MOST_ADDRESSES = 65_536;
/** In characters; longer ones are rare, and a client may make them up. */
const LONGEST_FORWARDED = 128;

export class ExpressAddresses {
  readonly #byTrust = new WeakMap<TrustProxy, RecentMap<string>>();
  /** Whether `ip` was ever seen to go by anything else. */
  #isOther = false;

  of(request: Request): string | undefined {
    const { app, headers } = request;
    const forwarded = headers['x-forwarded-for'] ?? '';
    const isRemembered =
      !this.#isOther &&
      typeof forwarded === 'string' &&
      forwarded.length <= LONGEST_FORWARDED &&
      // A function of the application's may change its mind.
      typeof app.get('trust proxy') !== 'function' &&
      !Object.hasOwn(request, 'ip');
    if (!isRemembered) return request.ip;
    const known = this.#knownBy(app.get('trust proxy fn'));
    const key = `${request.socket.remoteAddress} ${forwarded}`;
    return known.get(key) ?? this.#workOut(request, key, known);
  }

  #knownBy(trust: TrustProxy): RecentMap<string> {
    let known = this.#byTrust.get(trust);
    if (known === undefined) {
      known = new RecentMap(MOST_ADDRESSES);
      this.#byTrust.set(trust, known);
    }
    return known;
  }

  #workOut(request: Request, key: string, known: RecentMap<string>): string | undefined {
    const setOther = () => {
      this.#isOther = true;
    };
    const socket = watched(request.socket, ['remoteAddress'], setOther);
    const headers = watched(request.headers, ['x-forwarded-for'], setOther);
    const seen = watched(
      { app: request.app, socket, headers },
      ['app', 'socket', 'headers'],
      setOther,
    );
    let ip: unknown;
    try {
      ip = Reflect.get(request, 'ip', seen);
    } catch {
      setOther();
    }
    if (this.#isOther || typeof ip !== 'string') return request.ip;
    known.set(key, ip);
    return ip;
  }
}

/** `target`, with what is told when anything but the properties named is asked of it. */
function watched<T extends object>(target: T, names: readonly string[], onOther: () => void): T {
  const check = (name: string | symbol) => {
    if (!names.includes(name as string)) onOther();
  };
  return new Proxy(target, {
    get(_, name) {
      check(name);
      return Reflect.get(target, name);
    },
    has(_, name) {
      check(name);
      return Reflect.has(target, name);
    },
    ownKeys() {
      onOther();
      return Reflect.ownKeys(target);
    },
  });
}
