// Options of the guard in one table, from which they are checked and filled, and the README's table is written.
import { AnomalyPredictorError, showValue } from '../../errors.js';
import { nearestName } from '../../nearest-name.js';
import { DEFAULT_ADDRESS_TYPES } from '../identity/address-types.js';
import { DEFAULT_MIN_REQUESTS } from '../judge.js';
import { DEFAULT_MAX_SESSIONS, DEFAULT_WINDOW_MS } from '../session/session-tracker.js';
import { clientAddress, firstOf, tokenClaim } from './client-keys.js';
import type { GuardConfig, GuardOptions } from './guard-options.js';
import { monotonicTime } from './monotonic-time.js';

type OptionName = keyof GuardOptions<unknown>;

interface OptionInfo {
  readonly default?: unknown;
  /** For the documentation, where the value does not say it. */
  readonly shownDefault?: string;
  readonly description: string;
  readonly expected: string;
  accepts(value: unknown): boolean;
}

const isObject = (value: unknown) => typeof value === 'object' && value !== null;
const isText = (value: unknown) => typeof value === 'string' && value !== '';
const isRemote = (value: unknown) => isFunction(propertiesOf(value).model);
const VALIDATIONS = ['trustProxy', 'unsharedStore', 'trafficDetector'];
const isCheck = ([name, value]: [string, unknown]) =>
  VALIDATIONS.includes(name) && typeof value === 'boolean';
const isFunction = (value: unknown) => typeof value === 'function';
const aFunction = { expected: 'a function', accepts: isFunction };
const aList = { expected: 'a list', accepts: Array.isArray };
const anObject = { expected: 'an object', accepts: isObject };

function propertiesOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? (value as Record<string, unknown>) : {};
}

function wholeFrom(least: number) {
  const isWhole = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= least;
  return { expected: `a whole number, ${least} or more`, accepts: isWhole };
}

function oneOf(...words: readonly string[]) {
  const accepts = (value: unknown) => words.includes(value as string);
  return { expected: words.map((word) => `'${word}'`).join(' or '), accepts };
}

function positive(unit: string) {
  return {
    expected: `${unit}, above 0`,
    accepts: (value: unknown) => Number.isFinite(value) && (value as number) > 0,
  };
}

const OPTIONS: Readonly<Record<OptionName, OptionInfo>> = {
  detector: {
    description:
      'A loaded detector; the path of a detector file, which is read again when it changes; the name of a shipped ' +
      'detector; or a remote one',
    expected: "a detector, the path of its file or a shipped detector's name",
    accepts: (value: unknown) =>
      isText(value) || 'schema' in propertiesOf(value) || isRemote(value),
  },
  mode: {
    default: 'observe',
    description:
      "`'observe'` never changes a response, `'enforce'` refuses; a table by route, method or `*`; or a function " +
      'of request and route. `OPTIONS` is refused only where a table or function says so',
    expected: "'observe', 'enforce', a table or a function",
    accepts: (value: unknown) =>
      value === 'observe' || value === 'enforce' || isObject(value) || isFunction(value),
  },
  sessionKey: {
    default: firstOf(tokenClaim('sub'), clientAddress()),
    shownDefault: "`firstOf(tokenClaim('sub'), clientAddress())`",
    description: 'Who is judged',
    ...aFunction,
  },
  userKey: {
    default: tokenClaim('sub'),
    shownDefault: "`tokenClaim('sub')`",
    description: 'Who is behind a client, where that is known',
    ...aFunction,
  },
  routeKey: {
    description:
      "What is called, in place of method and template; synchronous where a table's routes are its",
    ...aFunction,
  },
  source: { description: 'Label of where the traffic is recorded', ...aFunction },
  skip: { description: 'Whether the guard leaves a request alone; it is counted', ...aFunction },
  threshold: {
    default: 0,
    description: 'Scores at or below it are anomalies; a number or a function',
    expected: 'a number or a function',
    accepts: (value: unknown) => Number.isFinite(value) || isFunction(value),
  },
  minRequests: {
    shownDefault: `the detector's, else \`${DEFAULT_MIN_REQUESTS}\``,
    description: 'Calls in the window before which a client is unknown, and allowed',
    ...wholeFrom(2),
  },
  maxBlockedShare: {
    default: 0.2,
    description:
      'Share of the clients of a route that enforcing may block: with more of them it does not begin, with more of the ' +
      'established ones it pauses; `1` enforces at once and always',
    expected: 'a number from 0 to 1',
    accepts: (value: unknown) => typeof value === 'number' && value >= 0 && value <= 1,
  },
  handler: {
    description: 'Your own refusal: `(request, decision, refusal) => ({ status, headers, body })`',
    ...aFunction,
  },
  onDecision: {
    description: 'Gets every decision, after the fact; what it throws is counted',
    ...aFunction,
  },
  onError: {
    default: 'allow',
    description: "What `'enforce'` does without a decision: `'deny'` answers 503",
    ...oneOf('allow', 'deny'),
  },
  timeoutMs: {
    default: 100,
    description: 'Time for everything asynchronous that a decision needs',
    ...positive('milliseconds'),
  },
  exceptions: {
    description: 'File of the exceptions, which is read again when it changes',
    expected: 'the path of a file',
    accepts: isText,
  },
  store: {
    shownDefault: 'in memory',
    description: 'Where sessions are kept',
    expected: 'a SessionStore',
    accepts: (value: unknown) => {
      const { record, answered, counts } = propertiesOf(value);
      return isFunction(record) && isFunction(answered) && isObject(counts);
    },
  },
  windowMs: {
    shownDefault: `the detector's, else \`${DEFAULT_WINDOW_MS}\``,
    description:
      'The sliding window of a session, of the store in memory; best that of the learning',
    ...positive('milliseconds'),
  },
  maxSessions: {
    default: DEFAULT_MAX_SESSIONS,
    description: 'Sessions that the store in memory holds, of 1 KiB each',
    ...wholeFrom(1),
  },
  features: {
    default: [],
    description: "Your own features of sessions, where the detector's schema has them",
    ...aList,
  },
  routes: {
    default: [],
    description: 'Templates of routes that the framework does not know yet when it asks the guard',
    ...aList,
  },
  addressTypes: {
    default: DEFAULT_ADDRESS_TYPES,
    shownDefault: '`{ private: [...] }`',
    description: 'Networks by type of address, as `{ datacenter: [...] }`',
    ...anObject,
  },
  requestPropertyName: {
    default: 'anomalyDecision',
    description: 'Where on the request handlers find the decision',
    expected: 'a name',
    accepts: isText,
  },
  exposeHeaders: {
    default: false,
    description:
      'Score and prediction in headers of enforced responses, for debugging: they teach an attacker',
    expected: 'true or false',
    accepts: (value: unknown) => typeof value === 'boolean',
  },
  validate: {
    default: true,
    description:
      'Checks at the start, all or by name: `{ trustProxy: false }`, `{ unsharedStore: false }`, `{ trafficDetector: false }`',
    expected: 'true, false or { trustProxy: false, unsharedStore: false, trafficDetector: false }',
    accepts: (value: unknown) =>
      typeof value === 'boolean' ||
      (isObject(value) && Object.entries(value as object).every(isCheck)),
  },
  now: {
    default: monotonicTime,
    shownDefault: 'a clock that never goes back',
    description: 'Milliseconds since 1970',
    ...aFunction,
  },
};

/** @throws AnomalyPredictorError 'bad-option' that names the option, and the one that may have been meant */
export function fillOptions<Request>(options: GuardOptions<Request>): GuardConfig<Request> {
  for (const [name, value] of Object.entries(options)) checkOption(name, value);
  if (options.detector === undefined) throw badOption('detector', undefined);
  const defaults = Object.entries<OptionInfo>(OPTIONS).map(([name, info]) => [name, info.default]);
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const name of ['windowMs', 'maxSessions'] as const) {
    if (options.store === undefined || options[name] === undefined) continue;
    throw new AnomalyPredictorError(
      'bad-option',
      `${name} is of the store in memory, and "store" gives another one`,
      { field: name, value: options[name] },
    );
  }
  return Object.freeze(Object.fromEntries([...defaults, ...given]));
}

function checkOption(name: string, value: unknown): void {
  if (!Object.hasOwn(OPTIONS, name)) {
    const nearest = nearestName(name, Object.keys(OPTIONS));
    const hint = nearest === undefined ? '' : `, did you mean "${nearest}"?`;
    throw new AnomalyPredictorError('bad-option', `unknown option "${name}"${hint}`, {
      field: name,
    });
  }
  if (value !== undefined && !OPTIONS[name as OptionName].accepts(value))
    throw badOption(name as OptionName, value);
}

function badOption(field: OptionName, value: unknown): AnomalyPredictorError {
  return new AnomalyPredictorError(
    'bad-option',
    `${field}: expected ${OPTIONS[field].expected}, got ${showValue(value)}`,
    { field, value },
  );
}

/** What the documentation says of each. */
export function documentedOptions() {
  return Object.entries<OptionInfo>(OPTIONS).map(([name, info]) => ({
    name,
    default: info.shownDefault ?? shownDefault(info.default),
    description: info.description,
  }));
}

function shownDefault(value: unknown): string {
  return value === undefined ? '–' : `\`${JSON.stringify(value).replaceAll('"', "'")}\``;
}
