// What of a log makes a call, and whose call it is.
import type { AddressTypes } from '../identity/address-types.js';
import type { LogFields } from './log-fields.js';

export interface LogOptions {
  /** Of JSON lines. @default the names that servers are known to write */
  readonly fields?: LogFields | undefined;
  /**
   * Whose sessions are told apart: `address`; `user`, as `sub:ada`; or the path of a field of JSON lines, which is taken
   * for a secret and hashed, as `headers.key:sha256:…`. Calls without it go by their address. @default 'address'
   */
  readonly sessionKey?: string | undefined;
  /** Templates that are known, as `GET /products/:id`. @default none: ids are told from words */
  readonly routes?: readonly string[] | undefined;
  /** Networks by type of address. @default the private ones */
  readonly addressTypes?: AddressTypes | undefined;
  /** Label of where the traffic was recorded. @default '' */
  readonly source?: string | undefined;
  /** A time that is further off those of its neighbours is a clock that jumped. @default half an hour */
  readonly windowMs?: number | undefined;
  /** Whether files are to be known by the hash of their bytes. @default false */
  readonly hashed?: boolean | undefined;
}
