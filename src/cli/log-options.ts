// What `behaviours`, `learn` and `replay` take of logs: where calls have what, whose they are, and how long sessions are.
import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { AnomalyPredictorError, showValue } from '../errors.js';
import { DEFAULT_MIN_REQUESTS } from '../traffic/judge.js';
import { logFields } from '../traffic/logs/log-fields.js';
import type { LogOptions } from '../traffic/logs/log-options.js';

export const LOG_DESCRIPTION =
  'access logs, or - for stdin: combined, common or JSON lines, also in gzip';

const DEFAULT_SESSION_KEY = 'address';
const MS_PER_MINUTE = 60_000;

/** As commander names them. */
export interface LogFlags {
  readonly sessionKey: string;
  readonly field?: readonly string[];
  readonly routes?: string;
  readonly addressType?: readonly string[];
  readonly source?: string;
}

export interface SessionFlags {
  /** Minutes. */
  readonly window?: number;
  readonly minRequests?: number;
  readonly maxSessions?: number;
  readonly features?: string;
}

export const LOG_HELP = `
Logs: of nginx, Caddy, Traefik, AWS load balancers, API Gateway, pino-http and the Elastic Common Schema the
fields of JSON lines are known; others are named, as --field address=peer.ip --field duration=took:ms. Fields:
time, address, user, method, url, request ("GET /path"), status, duration (with s, ms, us or ns), id.
Times without a zone are in UTC. Lines that are no calls are left out and counted: those that cannot be read,
those of requests that the server could not read, and calls that were logged twice under one request id.
Several logs are read in the order of their first calls.`;

export function addLogOptions(command: Command): Command {
  const repeated = (text: string, before: readonly string[] = []) => [...before, text];
  return command
    .option(
      '--session-key <key>',
      'whose sessions are told apart: address, user (as sub:ada), or a field of JSON lines, which is hashed',
      DEFAULT_SESSION_KEY,
    )
    .option(
      '--field <name=path>',
      'where JSON lines have what, such as user=headers.x_user; may be repeated',
      repeated,
    )
    .option(
      '--routes <file>',
      'templates of the routes, one a line, such as GET /products/:id (default: guessed)',
    )
    .option(
      '--address-type <type=file>',
      'networks of a type of address, one a line; may be repeated (default: private ones)',
      repeated,
    )
    .option('--source <label>', 'label of where the traffic was recorded');
}

/** `windowMs`, `minRequests` and so on, of which each command knows its defaults. */
export function addSessionOptions(command: Command): Command {
  return command
    .option('--window <minutes>', 'sliding window of a session (default: 30)', parseMinutes)
    .option(
      '--min-requests <n>',
      `calls before which a client is not judged (default: ${DEFAULT_MIN_REQUESTS})`,
      wholeFrom(2),
    )
    .option(
      '--max-sessions <n>',
      'sessions that are held at most, about 1 KiB each (default: 100000)',
      wholeFrom(1),
    )
    .option(
      '--features <file>',
      'JavaScript module whose "features" are what behaviours are made of',
    );
}

/** The words of a command line that reads logs in the same way; `--window` and `--min-requests` stand in the detector. */
export function readingArguments(flags: LogFlags & SessionFlags): string[] {
  const { sessionKey, field = [], routes, addressType = [], source, maxSessions, features } = flags;
  const given = (flag: string, value: string | number | undefined) =>
    value === undefined ? [] : [flag, String(value)];
  return [
    ...given('--session-key', sessionKey === DEFAULT_SESSION_KEY ? undefined : sessionKey),
    ...field.flatMap((text) => given('--field', text)),
    ...given('--routes', routes),
    ...addressType.flatMap((text) => given('--address-type', text)),
    ...given('--source', source),
    ...given('--max-sessions', maxSessions),
    ...given('--features', features),
  ];
}

/** @throws AnomalyPredictorError `bad-option`, or `bad-data-file` for a list that cannot be read */
export function logOptionsOf(flags: LogFlags, windowMs: number | undefined): LogOptions {
  return {
    fields: logFields(flags.field),
    sessionKey: flags.sessionKey,
    routes: flags.routes === undefined ? undefined : listIn(flags.routes),
    addressTypes: addressTypesOf(flags.addressType),
    source: flags.source,
    windowMs,
  };
}

export function windowMsOf({ window }: SessionFlags): number | undefined {
  return window === undefined ? undefined : window * MS_PER_MINUTE;
}

function addressTypesOf(given: readonly string[] = []): LogOptions['addressTypes'] {
  const types: Record<string, readonly string[]> = {};
  for (const text of given) {
    const [, type, file] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    if (file === undefined) {
      throw new AnomalyPredictorError(
        'bad-option',
        `--address-type: expected a type and a file, such as datacenter=networks.txt, got ${showValue(text)}`,
        { field: '--address-type', value: text },
      );
    }
    types[type] = [...(types[type] ?? []), ...listIn(file)];
  }
  return types;
}

/** Lines of a file that are not blank and no comments. */
function listIn(file: string): readonly string[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const message = `cannot read ${file}: ${(cause as Error).message}`;
    throw new AnomalyPredictorError('bad-data-file', message, { file }, { cause });
  }
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}

export function wholeFrom(least: number) {
  return (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= 10_000_000) return value;
    throw new InvalidArgumentError(`Expected a whole number, ${least} or more.`);
  };
}

export function parseMinutes(text: string): number {
  const value = Number(text);
  if (/^[\d.]+$/.test(text) && value > 0 && value <= 60 * 24 * 365) return value;
  throw new InvalidArgumentError('Expected minutes, above 0.');
}
