// The exceptions that a guard goes by: those of its file, which is read again when it changes.
import { AnomalyPredictorError } from '../../errors.js';
import type { Decision } from './decision.js';
import {
  checkException,
  readExceptions,
  type TrafficException,
  writeExceptions,
} from './exception-file.js';
import type { Findings } from './findings.js';
import type { GuardMetrics } from './guard-metrics.js';
import { fileSignature, watchFile } from './watched-file.js';

/** What a decision was wrong about; a decision itself, or its JSON. */
export type Excepted = Pick<Decision, 'client' | 'route'> &
  Partial<Pick<Decision, 'behaviour' | 'detector'>>;

export interface ExceptionTerms {
  /** Why the client may; for those who come after. */
  readonly reason: string;
  /** One of both; 90 days at most. */
  readonly forMs?: number;
  readonly until?: Date;
}

export class Exceptions {
  readonly #file: string | undefined;
  readonly #stopWatching: (() => void) | undefined;
  /** By client and route: when the last of their exceptions expires, in milliseconds since 1970. */
  #untilMs: ReadonlyMap<string, number> = new Map();

  /** @throws AnomalyPredictorError with code ERR_EXCEPTIONS_FILE, where requests may be refused */
  constructor(file: string | undefined, findings: Findings, metrics: GuardMetrics) {
    this.#file = file;
    if (file === undefined) return;
    const signature = fileSignature(file);
    try {
      this.#read(file);
    } catch (error) {
      findings.atStart('ERR_EXCEPTIONS_FILE', error);
    }
    this.#stopWatching = watchFile(file, signature, () => {
      try {
        this.#read(file);
      } catch (error) {
        metrics.failed('exceptions file');
        findings.warn('ERR_EXCEPTIONS_FILE', (error as Error).message);
      }
    });
  }

  holdFor(client: string, route: string, timeMs: number): boolean {
    if (this.#untilMs.size === 0) return false;
    const untilMs = this.#untilMs.get(keyOf(client, route));
    return untilMs !== undefined && timeMs < untilMs;
  }

  /** How many are in force. */
  countAt(timeMs: number): number {
    let count = 0;
    for (const untilMs of this.#untilMs.values()) if (timeMs < untilMs) count++;
    return count;
  }

  /** @throws AnomalyPredictorError 'bad-option' for terms that are none, 'bad-data-file' where it cannot be saved */
  add(wanted: Excepted, terms: ExceptionTerms, nowMs: number): TrafficException {
    if (this.#file === undefined) {
      throw new AnomalyPredictorError('bad-option', 'exceptions need a file: option "exceptions"', {
        field: 'exceptions',
      });
    }
    const exception = exceptionOf(wanted, terms, nowMs);
    addException(this.#file, exception);
    this.#read(this.#file);
    return exception;
  }

  close(): void {
    this.#stopWatching?.();
  }

  #read(file: string): void {
    const untilMs = new Map<string, number>();
    for (const { client, route, until } of readExceptions(file)) {
      const key = keyOf(client, route);
      untilMs.set(key, Math.max(untilMs.get(key) ?? 0, Date.parse(until)));
    }
    this.#untilMs = untilMs;
  }
}

/** @throws AnomalyPredictorError 'bad-option' that names the field */
export function exceptionOf(
  { client, route, behaviour, detector }: Excepted,
  { reason, forMs, until }: ExceptionTerms,
  nowMs: number,
): TrafficException {
  const untilMs = until?.getTime() ?? nowMs + (forMs ?? Number.NaN);
  if (!Number.isFinite(untilMs) || (until !== undefined && forMs !== undefined)) {
    throw new AnomalyPredictorError(
      'bad-option',
      'an exception expires: give "forMs" or "until", one of both',
      { field: 'until', value: until ?? forMs },
    );
  }
  return checkException({
    client,
    route,
    reason,
    from: new Date(nowMs).toISOString(),
    until: new Date(untilMs).toISOString(),
    label: 'normal',
    ...(detector !== undefined && { detector }),
    ...(behaviour !== undefined && { behaviour }),
  });
}

/** Others may have changed the file since it was read last. */
export function addException(file: string, exception: TrafficException): void {
  writeExceptions(file, [...readExceptions(file), exception]);
}

function keyOf(client: string, route: string): string {
  return `${client}\n${route}`;
}
