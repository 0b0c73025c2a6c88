// Whose word for a client's address Express takes, by its setting `trust proxy`.

/** As Express keeps it in `trust proxy fn`: whether it trusts an address that is so many hops away. */
export type TrustProxy = (address: string, hops: number) => boolean;

/** An address that nobody has (RFC 5737). */
const NOBODY = '192.0.2.1';
/** Hops to a proxy that is farther than any. */
const FAR_AWAY = 1_000;
const known = new WeakMap<TrustProxy, boolean>();

/** Whoever trusts the word of nobody, however far away, trusts everyone's. */
export function trustsAll(trust: TrustProxy): boolean {
  let all = known.get(trust);
  if (all === undefined) {
    all = trust(NOBODY, FAR_AWAY);
    known.set(trust, all);
  }
  return all;
}
