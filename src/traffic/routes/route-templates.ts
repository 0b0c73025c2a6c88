// From a method and a path to the route that counts as one API: `GET /products/:id`.
import { METHODS } from 'node:http';
import { ownText } from '../own-text.js';
import { GuessedTemplates } from './guessed-templates.js';
import { RoutePatterns } from './route-pattern.js';

const KNOWN_METHODS: ReadonlySet<string> = new Set(METHODS);
const OTHER_METHOD = 'OTHER';
/** Of a request target that is no path, as `*` or the bytes of another protocol. */
const NO_PATH = '(no path)';
/** Of a path, what is looked at. */
const LONGEST_PATH = 2_048;

export class RouteTemplates {
  readonly #patterns: RoutePatterns | undefined;
  readonly #guessed = new GuessedTemplates();
  /** By method and template: all calls of a route share one text. */
  readonly #routes = new Map<string, Map<string, string>>();

  /**
   * @param routes templates that are known, each with its method or for all
   * @throws AnomalyPredictorError 'bad-option' that names a template that is none
   */
  constructor(routes: readonly string[] = []) {
    this.#patterns = routes.length === 0 ? undefined : new RoutePatterns(routes);
  }

  /** @param path with or without its query, or a whole URL */
  of(method: string, path: string): string {
    const known = KNOWN_METHODS.has(method) ? method : OTHER_METHOD;
    const segments = segmentsOf(path);
    const template =
      segments === undefined
        ? NO_PATH
        : (this.#patterns?.find(known, segments) ?? this.#guessed.of(segments));
    return this.#route(known, template);
  }

  #route(method: string, template: string): string {
    let ofMethod = this.#routes.get(method);
    if (ofMethod === undefined) {
      ofMethod = new Map();
      this.#routes.set(method, ofMethod);
    }
    let route = ofMethod.get(template);
    if (route === undefined) {
      route = ownText(`${method} ${template}`);
      ofMethod.set(template, route);
    }
    return route;
  }
}

/** Of a path, without empty ones: `//a/` is `/a`; undefined of a request target that is no path. */
export function segmentsOf(target: string): string[] | undefined {
  let start = 0;
  if (target.charCodeAt(0) !== SLASH) {
    const authority = /^https?:\/\/[^/?#]*/i.exec(target);
    if (authority === null) return undefined;
    start = authority[0].length;
  }
  const segments: string[] = [];
  const longest = Math.min(target.length, start + LONGEST_PATH);
  let segmentStart = start;
  for (let at = start; at <= longest; at++) {
    const code = at === longest ? QUESTION_MARK : target.charCodeAt(at);
    if (code !== SLASH && code !== QUESTION_MARK && code !== HASH) continue;
    if (at > segmentStart) segments.push(target.slice(segmentStart, at));
    if (code !== SLASH) break;
    segmentStart = at + 1;
  }
  return segments;
}

const SLASH = 0x2f;
const QUESTION_MARK = 0x3f;
const HASH = 0x23;
