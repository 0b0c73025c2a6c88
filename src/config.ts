// Settings of the server: one table from which the environment, the command line's options, the help and
// the README's table are read. The only file that knows the environment.
import { KERNEL_CHOICES } from './choose-kernels.js';
import { ENGINE_DEFAULTS } from './engine/engine-options.js';
import { AnomalyPredictorError, showValue } from './errors.js';
import { SHIPPED_MODELS_FOLDER } from './package-paths.js';

interface Setting<T> {
  readonly variable: string;
  readonly default: T;
  /** How the documentation shows the default where the value depends on the machine. */
  readonly shownDefault?: string;
  readonly description: string;
  /** Errors do not show what was given: it may be a token where its hash belongs. */
  readonly secret?: boolean;
  /** Throws an Error that says what was expected. */
  parse(text: string): T;
}

/** Node's timers fire at once when they are set to more. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const SETTINGS = {
  host: setting('HOST', '127.0.0.1', 'Address to listen on', String),
  port: setting('PORT', 5000, 'Port to listen on; 0 takes any free one', wholeNumber(0, 65_535)),
  models: {
    ...setting('MODELS', SHIPPED_MODELS_FOLDER, 'Folder of the detector files', String),
    shownDefault: 'the shipped detectors',
  },
  tokens: {
    ...setting(
      'TOKENS',
      [],
      'SHA-256 hashes (hex) of the bearer tokens, separated by commas',
      hashes,
    ),
    shownDefault: 'one token, made for this run',
    secret: true,
  },
  adminTokens: {
    ...setting(
      'ADMIN_TOKENS',
      [],
      'Hashes of the bearer tokens that may also add and remove detectors',
      hashes,
    ),
    shownDefault: 'the token made for this run',
    secret: true,
  },
  workers: {
    ...setting('WORKERS', ENGINE_DEFAULTS.workers, 'Worker threads', wholeNumber(0, 1_024)),
    shownDefault: 'number of processors',
  },
  maxBodyBytes: setting('MAX_BODY_BYTES', 32 * 1024 * 1024, 'Largest request body', wholeNumber(1)),
  maxUploadBytes: setting(
    'MAX_UPLOAD_BYTES',
    128 * 1024 * 1024,
    'Largest detector file that is taken by POST /v1/models',
    wholeNumber(1),
  ),
  maxRows: setting('MAX_ROWS', 500_000, 'Most rows in one request', wholeNumber(1)),
  maxQueuedRows: setting(
    'MAX_QUEUED_ROWS',
    ENGINE_DEFAULTS.maxQueuedRows,
    'Rows that may wait or run at once, more are answered by 503',
    wholeNumber(1),
  ),
  idleTimeoutMs: setting(
    'IDLE_TIMEOUT_MS',
    10_000,
    'Silence after which a connection is closed, in milliseconds',
    wholeNumber(1, LONGEST_TIMER_MS),
  ),
  kernels: setting(
    'KERNELS',
    ENGINE_DEFAULTS.kernels,
    'Numeric kernels: auto takes WebAssembly where it runs, and plain TypeScript elsewhere',
    oneOf(KERNEL_CHOICES),
  ),
  transport: setting(
    'TRANSPORT',
    'auto',
    'HTTP front end: auto, uWebSockets.js or node:http',
    oneOf(['auto', 'uWebSockets.js', 'node:http'] as const),
  ),
} satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof SETTINGS;
export type Config = { readonly [K in SettingName]: ReturnType<(typeof SETTINGS)[K]['parse']> };

/** Command line options by setting, as typed. */
export type ConfigOptions = Partial<Record<SettingName, string>>;

/** Options win over the environment, the environment over the defaults. */
export function readConfig(options: ConfigOptions = {}, env = process.env): Config {
  const config: Partial<Record<SettingName, unknown>> = {};
  for (const [name, definition] of Object.entries(SETTINGS) as [SettingName, Setting<unknown>][]) {
    const fromOption = options[name];
    const text = fromOption ?? env[definition.variable];
    const place = fromOption === undefined ? definition.variable : optionName(name);
    config[name] = text === undefined ? definition.default : parse(definition, place, text);
  }
  return Object.freeze(config as Config);
}

/** '--max-body-bytes' for maxBodyBytes. */
export function optionName(name: SettingName): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The default as help and documentation show it. */
export function shownDefault(name: SettingName): string {
  const definition: Setting<unknown> = SETTINGS[name];
  return definition.shownDefault ?? String(definition.default);
}

function parse(definition: Setting<unknown>, place: string, text: string): unknown {
  try {
    return definition.parse(text);
  } catch (cause) {
    const expected = `${place}: ${(cause as Error).message}`;
    throw definition.secret
      ? new AnomalyPredictorError('bad-option', expected, { field: place }, { cause })
      : new AnomalyPredictorError(
          'bad-option',
          `${expected}, got ${showValue(text)}`,
          { field: place, value: text },
          { cause },
        );
  }
}

function setting<T, D extends T>(
  variable: string,
  defaultValue: D,
  description: string,
  parseText: (text: string) => T,
): Setting<T> {
  return {
    variable: `ANOMALY_PREDICTOR_${variable}`,
    default: defaultValue,
    description,
    parse: parseText,
  };
}

function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) {
      const range =
        most < Number.MAX_SAFE_INTEGER ? `from ${least} to ${most}` : `of at least ${least}`;
      throw new RangeError(`expected a whole number ${range}`);
    }
    return value;
  };
}

function oneOf<T extends string>(choices: readonly T[]): (text: string) => T {
  return (text) => {
    const choice = choices.find((candidate) => candidate === text);
    if (choice === undefined) throw new TypeError(`expected one of ${choices.join(', ')}`);
    return choice;
  };
}

function hashes(text: string): readonly string[] {
  const list = text.split(',').map((hash) => hash.trim().toLowerCase());
  if (!list.every((hash) => /^[0-9a-f]{64}$/.test(hash))) {
    throw new TypeError('expected SHA-256 hashes of 64 hexadecimal digits');
  }
  return list;
}
