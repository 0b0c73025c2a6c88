// Every error that a user can meet: a tag, fields that name the place and the value, one HTTP status per tag.

/** HTTP status by tag; what the command line and the library throw has the status that the server would answer. */
export const STATUS_BY_TAG = {
  'malformed-body': 400,
  'invalid-field': 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  'unknown-model': 404,
  'method-not-allowed': 405,
  'not-acceptable': 406,
  'last-model': 409,
  'file-in-use': 409,
  'body-too-large': 413,
  'too-many-rows': 413,
  'unsupported-media-type': 415,
  internal: 500,
  'worker-died': 500,
  'not-stored': 500,
  'request-failed': 502,
  'timed-out': 504,
  /** An engine that failed several times in a row is not asked for a while. */
  'circuit-open': 503,
  'queue-full': 503,
  'shutting-down': 503,
  'bad-detector-file': 422,
  /** It flags nothing far out, or most of what is normal. */
  'unfit-detector': 422,
  /** The detector lacks what explanations start from. */
  'not-explainable': 422,
  'bad-data-file': 422,
  /** A model file of another library. */
  'bad-model-file': 422,
  'bad-option': 400,
} as const;

export type ErrorTag = keyof typeof STATUS_BY_TAG;

/** Where the error is and what stood there; only what applies is set. */
export interface ErrorFields {
  /** 0-based index of the row in the request or file. */
  readonly row?: number;
  readonly field?: string;
  /** What stood there; crosses threads and sockets as `plainValue` of it. */
  readonly value?: unknown;
  readonly file?: string;
  readonly model?: string;
  readonly retryAfterSeconds?: number;
  readonly allow?: string;
  /** Of what the guard finds at its start, as `ERR_UNSHARED_STORE`. */
  readonly code?: string;
}

/** What crosses threads and sockets in place of an error. */
export interface ErrorData {
  readonly tag: ErrorTag;
  readonly message: string;
  readonly fields: ErrorFields;
}

export class AnomalyPredictorError extends Error {
  readonly tag: ErrorTag;
  readonly fields: ErrorFields;

  constructor(tag: ErrorTag, message: string, fields: ErrorFields = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AnomalyPredictorError';
    this.tag = tag;
    this.fields = fields;
  }

  get status(): number {
    return STATUS_BY_TAG[this.tag];
  }

  toData(): ErrorData {
    const { value, ...place } = this.fields;
    const fields = value === undefined ? place : { ...place, value: plainValue(value) };
    return { tag: this.tag, message: this.message, fields };
  }

  static fromData(data: ErrorData): AnomalyPredictorError {
    return new AnomalyPredictorError(data.tag, data.message, data.fields);
  }
}

/** Any thrown value as data; what is not ours is a fault of the program and shows as `internal`. */
export function toErrorData(error: unknown): ErrorData {
  if (error instanceof AnomalyPredictorError) return error.toData();
  return {
    tag: 'internal',
    message: error instanceof Error ? error.message : String(error),
    fields: {},
  };
}

const LONGEST_SHOWN_TEXT = 60;

/** A value as an error message shows it, short whatever it holds. */
export function showValue(value: unknown): string {
  const plain = plainValue(value);
  if (typeof value !== 'string') return String(plain);
  return JSON.stringify(plain).replace(UNPRINTABLE, escaped);
}

/** What moves the cursor of a terminal, or turns the direction of writing: nothing from outside may. */
export const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

function escaped(character: string): string {
  const units = character.split('').map((unit) => unit.charCodeAt(0).toString(16).padStart(4, '0'));
  return units.map((hex) => `\\u${hex}`).join('');
}

/** A short value that JSON can carry: NaN, containers and long texts are named or cut. */
function plainValue(value: unknown): string | number | boolean | null {
  if (value === null || typeof value === 'boolean' || Number.isFinite(value)) {
    return value as number | boolean | null;
  }
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  return shorten(String(value));
}

/** A text that came from outside, cut to what an error should carry. */
export function shorten(text: string): string {
  return text.length <= LONGEST_SHOWN_TEXT ? text : `${text.slice(0, LONGEST_SHOWN_TEXT)}…`;
}
