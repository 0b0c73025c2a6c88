// Options of a remote detector: what may be given, what holds without, and what is refused.
import { AnomalyPredictorError, showValue } from '../../errors.js';
import { DETECTOR_NAME } from '../../model/detector-file.js';
import { nearestName } from '../../nearest-name.js';

export interface RemoteOptions {
  /** Of the engine, as `http://127.0.0.1:5000`; a path before its endpoints stays. */
  readonly url: string;
  /** Name of the detector there. */
  readonly model: string;
  /** Bearer token that the engine knows. */
  readonly token: string;
  /** From a row to its score. @default 100 */
  readonly timeoutMs?: number;
  /** Requests that fail one after the other before the engine is asked no longer. @default 5 */
  readonly mostFailures?: number;
  /** Until it is asked again then. @default 5,000 */
  readonly retryAfterMs?: number;
}

export interface RemoteConfig extends Required<Omit<RemoteOptions, 'url'>> {
  /** With a slash at its end. */
  readonly url: URL;
}

const DEFAULTS = { timeoutMs: 100, mostFailures: 5, retryAfterMs: 5_000 } as const;
const NAMES = ['url', 'model', 'token', ...Object.keys(DEFAULTS)];

/** Longest that a timer takes. */
const LONGEST_MS = 2 ** 31 - 1;

/** @throws AnomalyPredictorError `bad-option` */
export function readRemoteOptions(options: RemoteOptions): RemoteConfig {
  for (const name of Object.keys(options)) {
    if (!NAMES.includes(name)) throw unknownOption(name);
  }
  const config = { ...DEFAULTS, ...options };
  const { url, model, token } = config;
  if (typeof url !== 'string' || !/^https?:/.test(url) || !URL.canParse(url)) {
    throw badOption('url', 'an address such as http://127.0.0.1:5000', url);
  }
  if (typeof model !== 'string' || !DETECTOR_NAME.test(model)) {
    throw badOption('model', 'the name of a detector', model);
  }
  // The value stays out of the message.
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) {
    throw badOption('token', 'a bearer token of visible ASCII characters');
  }
  for (const name of ['timeoutMs', 'mostFailures', 'retryAfterMs'] as const) {
    const value = config[name];
    if (!(value > 0 && value <= LONGEST_MS)) throw badOption(name, 'a number above 0', value);
  }
  return Object.freeze({ ...config, url: new URL(url.endsWith('/') ? url : `${url}/`) });
}

function badOption(field: string, expected: string, value?: unknown): AnomalyPredictorError {
  const got = value === undefined ? '' : `, got ${showValue(value)}`;
  return new AnomalyPredictorError(
    'bad-option',
    `remoteDetector: "${field}" expected ${expected}${got}`,
    { field, ...(value === undefined ? {} : { value }) },
  );
}

function unknownOption(field: string): AnomalyPredictorError {
  const nearest = nearestName(field, NAMES);
  const hint = nearest === undefined ? '' : `, did you mean "${nearest}"?`;
  return new AnomalyPredictorError(
    'bad-option',
    `remoteDetector: unknown option "${field}"${hint}`,
    { field },
  );
}
