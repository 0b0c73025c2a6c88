// Exceptions: false positives that were told, one to a line of an NDJSON file. Each allows one client one route until it
// expires, and stays as a label for retraining.
import {
  appendFileSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import * as v from 'valibot';
import { AnomalyPredictorError } from '../../errors.js';
import { firstViolation } from '../../model/schema-violation.js';

const MS_PER_DAY = 24 * 60 * 60_000;
const LONGEST_EXCEPTION_MS = 90 * MS_PER_DAY;

const name = (what: string) =>
  v.pipe(
    v.string(),
    v.check(
      (text) => text.trim() !== '' && !/^(\S+ )?\/?\*$/.test(text),
      `one ${what}, neither none nor all of them`,
    ),
    v.maxLength(1_000),
  );
const time = v.pipe(
  v.string(),
  v.check(
    (text) => /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text)),
    'an ISO time',
  ),
);

const TrafficException = v.strictObject({
  client: name('client'),
  route: name('route, as "GET /products/:id"'),
  reason: v.pipe(
    v.string(),
    v.check((text) => text.trim() !== '', 'a reason'),
    v.maxLength(1_000),
  ),
  from: time,
  until: time,
  label: v.literal('normal'),
  /** Name and version of the one that was wrong. */
  detector: v.exactOptional(v.string()),
  /** Which it took for an anomaly: the features by name, unscaled. */
  behaviour: v.exactOptional(v.record(v.string(), v.pipe(v.number(), v.finite('a finite number')))),
});
export type TrafficException = v.InferOutput<typeof TrafficException>;

/** @throws AnomalyPredictorError 'bad-option' that names the field; `place` is what the message begins with */
export function checkException(document: unknown, place = 'exception'): TrafficException {
  if (!v.is(TrafficException, document)) {
    throw bad(`${place}${firstViolation(TrafficException, document)}`);
  }
  const lastsMs = Date.parse(document.until) - Date.parse(document.from);
  if (!(lastsMs > 0)) throw bad(`${place}.until: ${document.until} is not after "from"`);
  if (lastsMs > LONGEST_EXCEPTION_MS) {
    throw bad(`${place}.until: ${document.until} is more than 90 days after "from"`);
  }
  return document;
}

/**
 * All of them, also those that have expired; none where there is no file.
 * @throws AnomalyPredictorError 'bad-data-file' that names the line and the value
 */
export function readExceptions(file: string): TrafficException[] {
  return textOf(file)
    .split('\n')
    .flatMap((line, at) => {
      if (line.trim() === '') return [];
      try {
        return checkException(JSON.parse(line));
      } catch (cause) {
        const { message } = cause as Error;
        throw unusable(file, `${file}: line ${at + 1}: ${message}`, cause);
      }
    });
}

/**
 * Behind those that are there, in one write: other processes may add theirs at the same moment.
 * @throws AnomalyPredictorError 'bad-data-file' where the file cannot be read or written
 */
export function appendException(file: string, exception: TrafficException): void {
  const text = textOf(file);
  const lineEnd = text === '' || text.endsWith('\n') ? '' : '\n';
  try {
    appendFileSync(file, `${lineEnd}${JSON.stringify(exception)}\n`);
  } catch (cause) {
    throw unwritable(file, cause);
  }
}

/** The file appears whole or not at all. */
export function writeExceptions(file: string, exceptions: readonly TrafficException[]): void {
  const draft = `${file}.${process.pid}.partial`;
  try {
    writeFileSync(draft, exceptions.map((exception) => `${JSON.stringify(exception)}\n`).join(''));
    renameSync(draft, targetOf(file));
  } catch (cause) {
    rmSync(draft, { force: true });
    throw unwritable(file, cause);
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw unusable(file, `cannot read the exceptions: ${(cause as Error).message}`, cause);
  }
}

/** Of a link, the file that it leads to. */
function targetOf(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

function bad(message: string): AnomalyPredictorError {
  return new AnomalyPredictorError('bad-option', message, { field: 'exception' });
}

function unwritable(file: string, cause: unknown): AnomalyPredictorError {
  return unusable(file, `cannot write the exceptions: ${(cause as Error).message}`, cause);
}

function unusable(file: string, message: string, cause: unknown): AnomalyPredictorError {
  return new AnomalyPredictorError('bad-data-file', message, { file }, { cause });
}
