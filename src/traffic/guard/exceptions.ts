// The exceptions that a guard goes by: those of its file, which is read again when it changes.
import { AnomalyPredictorError } from '../../errors.js';
import type { Decision } from './decision.js';
import {
  appendException,
  checkException,
  readExceptions,
  type TrafficException,
} from './exception-file.js';
import { ExceptionTable } from './exception-table.js';
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
  #table = new ExceptionTable([]);

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
    return this.#table.holdFor(client, route, timeMs);
  }

  /** How many are in force. */
  countAt(timeMs: number): number {
    return this.#table.countAt(timeMs);
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
    this.#table = new ExceptionTable(readExceptions(file));
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

/**
 * Behind what is in the file, which has to be readable.
 * @throws AnomalyPredictorError 'bad-data-file' where it is not, or cannot be written
 */
export function addException(file: string, exception: TrafficException): void {
  readExceptions(file);
  appendException(file, exception);
}
