// Whether a request is only observed or may be refused.
import { METHODS } from 'node:http';
import { AnomalyPredictorError, showValue } from '../../errors.js';
import { RoutePatterns } from '../routes/route-pattern.js';
import { type RouteTemplates, segmentsOf } from '../routes/route-templates.js';
import type { GuardMode } from './decision.js';
import type { GuardConfig, ModeTable } from './guard-options.js';
import { hasPlainerWriting, plainPath } from './plain-path.js';

export interface Modes<Request> {
  /** Whether any request may be refused; where none is, nothing at the start stops the program. */
  readonly mayEnforce: boolean;
  /** @param path where the route was guessed by it */
  of(request: Request, method: string, route: string, path: string | undefined): GuardMode;
}

const ANY = '*';
const ROUTE = /^([A-Z]+) (\/\S*)$/;

/**
 * OPTIONS are a browser's questions before its requests: they do nothing, and a refusal would show as a network error.
 * They are refused only where a table names them or a function says so.
 * @throws AnomalyPredictorError 'bad-option' that names the entry of a table
 */
export function modesOf<Request>(
  { mode, routeKey }: Pick<GuardConfig<Request>, 'mode' | 'routeKey'>,
  templates: RouteTemplates,
): Modes<Request> {
  if (typeof mode === 'function') {
    return { mayEnforce: true, of: (request, _, route) => requireMode(mode(request, route)) };
  }
  const table = typeof mode === 'string' ? { [ANY]: mode } : mode;
  const { byKey, patterns } = readTable(table, templates, routeKey !== undefined);
  const rest = byKey.get(ANY) ?? 'observe';
  const mayEnforce = [...byKey.values()].includes('enforce');
  const modeOf = (method: string, route: string): GuardMode => {
    const named = byKey.get(route) ?? byKey.get(method);
    if (named !== undefined) return named;
    if (method === 'HEAD')
      return byKey.get(route.replace('HEAD', 'GET')) ?? byKey.get('GET') ?? rest;
    return method === 'OPTIONS' ? 'observe' : rest;
  };
  return {
    mayEnforce,
    of(_, method, route, path) {
      if (path === undefined) return modeOf(method, route);
      const mode = modeOf(method, entryOf(patterns, method, path) ?? route);
      if (mode === 'enforce' || !mayEnforce || !hasPlainerWriting(path)) return mode;
      const plain = plainPath(path);
      return modeOf(method, entryOf(patterns, method, plain) ?? templates.of(method, plain));
    },
  };
}

/** The table's entry for a path: of `GET /posts/:slug` that for `/posts/hello`, which is no id by the look of it. */
function entryOf(patterns: RoutePatterns | undefined, method: string, path: string) {
  const segments = patterns && segmentsOf(path);
  if (segments === undefined) return undefined;
  for (const one of method === 'HEAD' ? ['HEAD', 'GET'] : [method]) {
    const template = patterns?.find(one, segments);
    if (template !== undefined) return `${one} ${template}`;
  }
  return undefined;
}

/** @param anyRoute routes are what `routeKey` makes of them */
function readTable(table: ModeTable, templates: RouteTemplates, anyRoute: boolean) {
  const byKey = new Map<string, GuardMode>();
  const routes: string[] = [];
  for (const [key, value] of Object.entries(table)) {
    const mode = requireMode(value, `mode["${key}"]`);
    const [, method, path] = ROUTE.exec(key) ?? [];
    if (anyRoute || key === ANY || METHODS.includes(key)) byKey.set(key, mode);
    else if (METHODS.includes(method)) {
      for (const template of [path, path.toLowerCase()]) {
        routes.push(`${method} ${template}`);
        byKey.set(`${method} ${template}`, mode);
        byKey.set(templates.of(method, template), mode);
      }
    } else throw unknownEntry(key);
  }
  return { byKey, patterns: routes.length === 0 ? undefined : new RoutePatterns(routes) };
}

/** @throws AnomalyPredictorError 'bad-option' */
export function requireMode(mode: unknown, field = 'mode'): GuardMode {
  if (mode === 'observe' || mode === 'enforce') return mode;
  throw new AnomalyPredictorError(
    'bad-option',
    `${field}: expected 'observe' or 'enforce', got ${showValue(mode)}`,
    { field, value: mode },
  );
}

function unknownEntry(key: string): AnomalyPredictorError {
  return new AnomalyPredictorError(
    'bad-option',
    `mode: expected a route such as "POST /login", a method or "*", got ${showValue(key)}`,
    { field: 'mode', value: key },
  );
}
