// What was read of logs: every line is counted exactly once, as a call or as what else it is.
import { AnomalyPredictorError, showValue } from '../../errors.js';

const MOST_SHOWN = 10;

export class LogCounts {
  /** All of them; each is one of the six that follow. */
  lines = 0;
  calls = 0;
  /** The server could not read the request, as of TLS on a plain port; or the line is about something else. */
  noRequests = 0;
  /** Left out: the same call with the same request id was read not long before. */
  duplicates = 0;
  blankLines = 0;
  /** Left out unread, longer than servers let a request make them. */
  hugeLines = 0;
  /** Nothing can be made of them. */
  badLines = 0;

  /** Calls that are the same text as the call before. They count: within a second, calls may well look alike. */
  repeated = 0;
  /** Calls that are earlier than the call before. */
  outOfOrder = 0;
  /** Calls whose time was more than a window off what both neighbours agree on; they took that of the one before. */
  timeJumps = 0;
  /** Calls without what is to be their session key, which go by their address. */
  withoutKey = 0;

  /** Place, reason and text of the first bad lines. */
  readonly firstBad: string[] = [];
  readonly badByReason = new Map<string, number>();
  /** Place and text of the first line without a request. */
  firstNoRequest = '';
  /** Files that were named twice, and what was lost of damaged ones. */
  readonly notes: string[] = [];

  addNoRequest(place: { toString(): string }, line: string): void {
    this.noRequests++;
    if (this.firstNoRequest === '') this.firstNoRequest = `${place}: ${showValue(line)}`;
  }

  addBad(place: { toString(): string }, reason: string, line: string): void {
    this.badLines++;
    this.badByReason.set(reason, (this.badByReason.get(reason) ?? 0) + 1);
    if (this.firstBad.length < MOST_SHOWN) {
      this.firstBad.push(`${place}: ${reason}: ${showValue(line)}`);
    }
  }

  /** Why there is nothing to go on with: in a file, or where that is left out in all of them. */
  noCalls(file = ''): AnomalyPredictorError {
    const where = file === '' ? '' : ` in ${file}`;
    const message = `no calls${where}: ${this.#whyNoCalls(file)}`;
    return new AnomalyPredictorError('bad-data-file', message);
  }

  #whyNoCalls(file: string): string {
    if (this.lines === 0) return 'it is empty';
    const expected =
      'expected lines of the combined or common format, or JSON objects with time, client address, ' +
      'method and path, whose fields can be named';
    const bad = this.firstBad.find((line) => line.startsWith(file));
    if (bad !== undefined) return `${expected}; ${bad}`;
    if (this.firstNoRequest !== '') return `${expected}; ${this.firstNoRequest}`;
    return this.hugeLines > 0
      ? `${expected}; every line is too long`
      : 'there are only blank lines';
  }
}
