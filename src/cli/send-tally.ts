// What became of the requests of one run of `send`.
import { AnomalyPredictorError } from '../errors.js';
import { type BadRowPolicy, BadRows } from '../formats/bad-rows.js';
import { formatCount, formatMs, formatQuantity } from './numbers.js';
import type { Outcome } from './predict-client.js';
import { skippedText } from './reading-notes.js';

interface Failures {
  count: number;
  readonly firstMessage: string;
}

export class SendTally {
  behaviours = 0;
  #requests = 0;
  #scored = 0;
  #anomalies = 0;
  #retries = 0;
  readonly #latenciesMs: number[] = [];
  readonly #failuresByStatus = new Map<string, Failures>();

  readonly #badRows: BadRows;

  constructor(policy: BadRowPolicy) {
    this.#badRows = new BadRows(policy);
  }

  /** Rows of the input that cannot be sent; throws where the policy does not let them pass. */
  skip(errors: Iterable<AnomalyPredictorError>): void {
    this.#badRows.add(errors);
    this.#badRows.check();
  }

  /** An input of which not a single row can be used is none that was meant. */
  checkAnySent(): void {
    const { count, first } = this.#badRows;
    if (this.behaviours > 0 || count === 0) return;
    throw new AnomalyPredictorError(
      'bad-data-file',
      `none of ${formatQuantity(count, 'row')} could be sent; the first: ${first}`,
    );
  }

  add(nBehaviours: number, outcome: Outcome): void {
    this.#requests++;
    this.behaviours += nBehaviours;
    this.#retries += outcome.retries;
    if (outcome.status !== undefined) this.#latenciesMs.push(outcome.latencyMs);
    if (outcome.failure === undefined) {
      this.#scored += nBehaviours;
      this.#anomalies += outcome.anomalies;
      return;
    }
    const status = String(outcome.status ?? 'no reply');
    const failures = this.#failuresByStatus.get(status);
    if (failures !== undefined) failures.count++;
    else this.#failuresByStatus.set(status, { count: 1, firstMessage: outcome.failure });
  }

  /** Requests that failed. */
  get failed(): number {
    return [...this.#failuresByStatus.values()].reduce((sum, { count }) => sum + count, 0);
  }

  /** `elapsedMs`: of the whole run */
  summary(elapsedMs: number): string {
    const seconds = elapsedMs / 1_000;
    const lines = [
      `sent       ${formatQuantity(this.behaviours, 'behaviour')} in ` +
        `${formatQuantity(this.#requests, 'request')}, ${seconds.toFixed(2)} s`,
      `verdicts   ${formatCount(this.#scored - this.#anomalies)} normal, ` +
        formatQuantity(this.#anomalies, 'anomaly', 'anomalies'),
      `throughput ${formatCount(this.#scored / seconds)} behaviours/s, ` +
        `${formatCount(this.#requests / seconds)} requests/s`,
    ];
    if (this.#latenciesMs.length > 0) lines.push(`latency    ${latencies(this.#latenciesMs)}`);
    if (this.#retries > 0) {
      lines.push(`retried    ${formatQuantity(this.#retries, 'time')} after 503`);
    }
    if (this.#badRows.count > 0) {
      const skipped = formatQuantity(this.#badRows.count, 'row');
      lines.push(`skipped    ${skipped}${skippedText(this.#badRows.list())}`);
    }
    for (const [status, { count, firstMessage }] of this.#failuresByStatus) {
      lines.push(`failed     ${formatQuantity(count, 'request')}: ${status} ${firstMessage}`);
    }
    return lines.join('\n');
  }
}

function latencies(latenciesMs: readonly number[]): string {
  const sorted = Float64Array.from(latenciesMs).sort();
  const percentile = (percent: number) =>
    formatMs(sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)]);
  return `p50 ${percentile(50)}, p90 ${percentile(90)}, p99 ${percentile(99)}, max ${percentile(100)}`;
}
