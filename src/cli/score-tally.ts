// What became of the rows of one run of `score`.
import { AnomalyPredictorError } from '../errors.js';
import type { LineBlock } from '../formats/ndjson.js';
import { isAnomaly } from '../model/verdict.js';
import { formatCount, formatQuantity } from './numbers.js';

export class ScoreTally {
  rows = 0;
  #anomalies = 0;
  #skipped = 0;
  #firstError = '';

  /** `scores`: [nRows] */
  add({ nRows, errors }: LineBlock, scores: Float64Array): void {
    for (let row = 0; row < nRows; row++) {
      if (!errors.has(row) && isAnomaly(scores[row])) this.#anomalies++;
    }
    for (const { message } of errors.values()) {
      this.#firstError ||= message;
      break;
    }
    this.rows += nRows;
    this.#skipped += errors.size;
  }

  /** An input of which not a single row can be used is none that was meant. */
  checkAnyScored(): void {
    if (this.rows > 0 && this.#skipped === this.rows) {
      const rows = formatQuantity(this.rows, 'row');
      throw new AnomalyPredictorError(
        'bad-data-file',
        `none of ${rows} could be scored; the first: ${this.#firstError}`,
      );
    }
  }

  /** `elapsedMs`: of the whole run */
  summary(elapsedMs: number): string {
    const normal = this.rows - this.#skipped - this.#anomalies;
    const counts = [
      formatQuantity(this.rows, 'row'),
      `${formatCount(normal)} normal`,
      formatQuantity(this.#anomalies, 'anomaly', 'anomalies'),
      `${formatCount(this.#skipped)} skipped`,
      `${formatCount((1_000 * this.rows) / elapsedMs)} rows/s`,
    ];
    const reason = this.#skipped > 0 ? `\nfirst skipped: ${this.#firstError}` : '';
    return counts.join(', ') + reason;
  }
}
