// Options of the guard, in the manner of express-rate-limit; what each does and its default: option-table.ts.
import type { Detector } from '../../model/detector.js';
import type { TrafficFeature } from '../features/feature.js';
import type { AddressEntry } from '../identity/address-book.js';
import type { AddressTypes } from '../identity/address-types.js';
import type { RemoteDetector } from '../remote/remote-detector.js';
import type { SessionStore } from '../session/session-store.js';
import type { Decision, GuardMode } from './decision.js';
import type { Exchange } from './exchange.js';
import type { MaybeLater } from './maybe-later.js';
import type { Refusal } from './refusal.js';

/** Something of a request; `address` is what its client's address says, where that is known. */
export type OfRequest<Request, T> = (
  request: Request,
  exchange: Exchange<Request>,
  address: AddressEntry | undefined,
) => MaybeLater<T>;

/** `POST /login` before `POST` before `*`; what is in none is observed. */
export type ModeTable = Readonly<Record<string, GuardMode>>;

export interface GuardOptions<Request> {
  /** One that is loaded, the path of a detector file, the name of a shipped one, or one of another process. */
  readonly detector: Detector | string | RemoteDetector;
  readonly mode?: GuardMode | ModeTable | ((request: Request, route: string) => GuardMode);
  readonly sessionKey?: OfRequest<Request, string | undefined>;
  readonly userKey?: OfRequest<Request, string | undefined>;
  readonly routeKey?: OfRequest<Request, string | undefined>;
  readonly source?: OfRequest<Request, string | undefined>;
  readonly skip?: OfRequest<Request, boolean>;
  readonly threshold?: number | OfRequest<Request, number>;
  readonly minRequests?: number;
  readonly maxBlockedShare?: number;
  readonly handler?: (
    request: Request,
    decision: Decision,
    refusal: Refusal,
  ) => MaybeLater<Partial<Refusal>>;
  readonly onDecision?: (decision: Decision, request: Request) => unknown;
  readonly onError?: 'allow' | 'deny';
  readonly timeoutMs?: number;
  readonly store?: SessionStore;
  readonly windowMs?: number;
  readonly maxSessions?: number;
  readonly exceptions?: string;
  readonly features?: readonly TrafficFeature[];
  readonly routes?: readonly string[];
  readonly addressTypes?: AddressTypes;
  readonly requestPropertyName?: string;
  readonly exposeHeaders?: boolean;
  readonly validate?: boolean | Validations;
  readonly now?: () => number;
}

/** Checks that can be switched off one by one. */
export interface Validations {
  readonly trustProxy?: boolean;
  readonly unsharedStore?: boolean;
  readonly trafficDetector?: boolean;
}

/** Options that are nothing where they are not given. */
type OpenOption =
  | 'detector'
  | 'routeKey'
  | 'source'
  | 'skip'
  | 'handler'
  | 'onDecision'
  | 'exceptions'
  | 'minRequests'
  | 'windowMs'
  | 'store';

/** Every option, or what stands for it where it is not given. */
export type GuardConfig<Request> = {
  readonly [Name in Exclude<keyof GuardOptions<Request>, OpenOption>]: Exclude<
    GuardOptions<Request>[Name],
    undefined
  >;
} & Pick<GuardOptions<Request>, OpenOption>;
