// What became of the rows of one run of `score`.
import { AnomalyPredictorError } from '../errors.js';
import { type BadRowPolicy, BadRows } from '../formats/bad-rows.js';
import type { BehaviourBlock, CsvRows } from '../formats/behaviour-blocks.js';
import type { Detector } from '../model/detector.js';
import { driftOf, Population } from '../model/drift.js';
import { describeDrift } from '../model/drift-text.js';
import { binRows } from '../model/row-bins.js';
import { isAnomaly } from '../model/verdict.js';
import { textHash } from '../traffic/session/text-hash.js';
import { formatCount, formatQuantity } from './numbers.js';
import { skippedText } from './reading-notes.js';

export class ScoreTally {
  rows = 0;
  readonly #detector: Detector;
  readonly #population: Population;
  readonly #badRows: BadRows;
  #countsSessions = false;

  constructor(detector: Detector, policy: BadRowPolicy) {
    this.#detector = detector;
    this.#population = new Population(detector);
    this.#badRows = new BadRows(policy);
  }

  /** `scores`: [nRows]. Throws where the policy does not let the block's errors pass. */
  add({ nRows, values, errors, csv }: BehaviourBlock, scores: Float64Array): void {
    let anomalies = 0;
    for (let row = 0; row < nRows; row++) {
      if (!errors.has(row) && isAnomaly(scores[row])) anomalies++;
    }
    const clients = clientsIn(csv);
    if (clients !== undefined) this.#countsSessions = true;
    const keyOf = clients && ((row: number) => textHash(clients(row)));
    const bins = binRows(this.#detector.profile, values, scores, { skipped: errors, keyOf });
    this.#population.add(bins, nRows - errors.size, anomalies);
    this.rows += nRows;
    this.#badRows.add(errors.values());
    this.#badRows.check();
  }

  /** An input of which not a single row can be used is none that was meant. */
  checkAnyScored(): void {
    if (this.rows > 0 && this.#badRows.count === this.rows) {
      const rows = formatQuantity(this.rows, 'row');
      throw new AnomalyPredictorError(
        'bad-data-file',
        `none of ${rows} could be scored; the first: ${this.#badRows.first}`,
      );
    }
  }

  /** `elapsedMs`: of the whole run */
  summary(elapsedMs: number): string {
    const { nRows, nAnomalies } = this.#population;
    const counts = [
      formatQuantity(this.rows, 'row'),
      `${formatCount(nRows - nAnomalies)} normal`,
      formatQuantity(nAnomalies, 'anomaly', 'anomalies'),
      `${formatCount(this.#badRows.count)} skipped`,
      `${formatCount((1_000 * this.rows) / elapsedMs)} rows/s`,
    ];
    return counts.join(', ') + skippedText(this.#badRows.list()) + this.#warning();
  }

  /** Where the rows are not of the kind that the detector knows. */
  #warning(): string {
    const drift = driftOf(this.#detector, this.#population, {
      keysAreSessions: this.#countsSessions,
    });
    if (drift.level === 'none') return '';
    return `\nwarning: ${describeDrift(this.#detector, drift, 'these rows')}`;
  }
}

/** The column in which `behaviours` says whose a row is: rows of one client depend on each other. */
const CLIENT_COLUMN = 'client';

/** Who a row of the block is of, where it says so. */
function clientsIn(csv: CsvRows | undefined): ((row: number) => string) | undefined {
  const column = csv?.header.cells.indexOf(CLIENT_COLUMN) ?? -1;
  return csv === undefined || column < 0
    ? undefined
    : (row) => csv.records[row].cells[column] ?? '';
}
