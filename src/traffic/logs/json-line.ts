// A line of a log that is a JSON object: which of its fields say what is found by their names.

import { type LogFields, unitOf } from './log-fields.js';
import type { LogTime } from './log-time.js';
import type { LineReading, LogLine } from './logged-call.js';

type Document = Readonly<Record<string, unknown>>;

/** Where lines of one log have their fields. */
export class JsonLines {
  readonly #time: FieldFinder;
  readonly #address: FieldFinder;
  readonly #user: FieldFinder;
  readonly #method: FieldFinder;
  readonly #url: FieldFinder;
  readonly #request: FieldFinder;
  readonly #status: FieldFinder;
  readonly #duration: FieldFinder;
  /** Of the paths of `#duration`, in milliseconds. */
  readonly #unitsMs: readonly number[];
  readonly #id: FieldFinder;
  readonly #key: FieldFinder;

  /** @param key path of what is to be the session key; none where it is empty */
  constructor(fields: LogFields, key: string) {
    const durations = fields.duration.map(unitOf);
    this.#time = new FieldFinder(fields.time);
    this.#address = new FieldFinder(fields.address);
    this.#user = new FieldFinder(fields.user);
    this.#method = new FieldFinder(fields.method);
    this.#url = new FieldFinder(fields.url);
    this.#request = new FieldFinder(fields.request);
    this.#status = new FieldFinder(fields.status);
    this.#duration = new FieldFinder(durations.map(([path]) => path));
    this.#unitsMs = durations.map(([, unitMs]) => unitMs);
    this.#id = new FieldFinder(fields.id);
    this.#key = new FieldFinder(key === '' ? [] : [key]);
  }

  /** Fills `into`. */
  read(line: string, time: LogTime, into: LogLine): LineReading {
    let document: Document;
    try {
      document = JSON.parse(line);
    } catch {
      return 'not JSON';
    }
    if (!this.#readRequest(document, into)) return 'no request';
    into.timeMs = time.of(this.#time.in(document));
    if (Number.isNaN(into.timeMs)) return 'no time';
    into.address = withoutPort(textOf(this.#address.in(document)));
    if (into.address === '') return 'no client address';
    into.status = statusOf(this.#status.in(document));
    if (Number.isNaN(into.status)) return 'no status';
    into.user = textOf(this.#user.in(document));
    into.durationMs = this.#durationMs(document);
    into.id = textOf(this.#id.in(document));
    into.key = textOf(this.#key.in(document));
    return 'call';
  }

  /** False where the line is not about a request. */
  #readRequest(document: Document, into: LogLine): boolean {
    const method = this.#method.in(document);
    const url = this.#url.in(document);
    if (typeof method === 'string' && typeof url === 'string') {
      into.method = method;
      into.path = url;
    } else {
      const request = textOf(this.#request.in(document));
      [, into.method = '', into.path = ''] = /^(\S+) (.+?)(?: HTTP\/[\d.]+)?$/.exec(request) ?? [];
    }
    return into.method !== '' && into.path !== '';
  }

  #durationMs(document: Document): number {
    const value = this.#duration.in(document);
    const duration = typeof value === 'string' ? Number.parseFloat(value) : value;
    if (typeof duration !== 'number' || !(duration >= 0)) return 0;
    return duration * this.#unitsMs[this.#duration.found];
  }
}

/** Finds the value that stands under one of several paths. */
class FieldFinder {
  /** Index of the path under which a value was found last. */
  found = 0;
  readonly #paths: readonly string[];
  readonly #keys: readonly (readonly string[])[];

  constructor(paths: readonly string[]) {
    this.#paths = paths;
    this.#keys = paths.map((path) => path.split('.'));
  }

  in(document: Document): unknown {
    for (let i = 0; i < this.#paths.length; i++) {
      const value = document[this.#paths[i]] ?? valueAt(document, this.#keys[i]);
      if (value === undefined || value === null) continue;
      this.found = i;
      return value;
    }
    return undefined;
  }
}

function valueAt(document: Document, keys: readonly string[]): unknown {
  if (keys.length === 1) return undefined;
  let value: unknown = document;
  for (const key of keys) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Document)[key];
  }
  return value;
}

/** Of a number too; empty for what is none, as `-` is in logs. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value === '-' ? '' : value;
  return typeof value === 'number' ? String(value) : '';
}

/** 0 where the log does not tell; NaN of what no status can be. */
function statusOf(value: unknown): number {
  if (value === undefined || value === '' || value === '-') return 0;
  const status = Number(value);
  return Number.isInteger(status) && status >= 0 && status <= 999 ? status : Number.NaN;
}

/** Of an address as proxies write it: `203.0.113.7:51234` or `[2001:db8::7]:51234`. */
function withoutPort(address: string): string {
  if (!address.includes(':')) return address;
  const [, v4, v6] = /^(?:([\d.]+):\d+|\[([^\]]+)\](?::\d+)?)$/.exec(address) ?? [];
  return v4 ?? v6 ?? address;
}
