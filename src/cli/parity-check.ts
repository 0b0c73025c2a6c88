// Scores rows with an imported detector and compares with what the library that trained the model says of them.
import { createEngine } from '../engine/engine.js';
import { AnomalyPredictorError } from '../errors.js';
import { BadRows } from '../formats/bad-rows.js';
import { readBlocks } from '../formats/behaviour-blocks.js';
import { openBehaviours } from '../formats/behaviour-file.js';
import { readCsv } from '../formats/csv.js';
import { tableReader } from '../formats/row-readers.js';
import { numberColumn } from '../formats/wanted-values.js';
import type { Detector } from '../model/detector.js';
import { isAnomaly } from '../model/verdict.js';
import { formatQuantity, formatShare } from './numbers.js';
import { skippedText, tellUnusedColumns } from './reading-notes.js';

/** What the library says, and how far from it the detector may be. */
export interface Comparison {
  readonly file: string;
  readonly tolerance: number;
  /** Text of a classifier's anomalous class; '-1' of other models. */
  readonly anomalyClass: string;
}

interface Expected {
  readonly scores: readonly number[];
  /** Undefined where the file has no labels. */
  readonly labels: readonly string[] | undefined;
}

const MOST_ROWS_SHOWN = 10;

/**
 * What to tell the user of the detector's scores of the behaviours in `rowsFile`.
 * @throws AnomalyPredictorError `bad-data-file` for a row that cannot be scored or compared, `bad-model-file` where the
 * scores are not those of `comparison`
 */
export async function checkParity(
  detector: Detector,
  rowsFile: string,
  comparison: Comparison | undefined,
): Promise<string> {
  const { scores, badRows } = await scoreFile(detector, rowsFile, comparison !== undefined);
  const summary = summaryOf(scores, badRows, rowsFile);
  if (comparison === undefined) return summary;

  const expected = await readExpected(comparison.file);
  if (expected.scores.length !== scores.length) {
    const counts = `${expected.scores.length} scores for ${formatQuantity(scores.length, 'row')}`;
    throw new AnomalyPredictorError('bad-data-file', `${comparison.file} has ${counts}`);
  }
  const largest = largestDifference(comparable(scores, detector), expected.scores);
  const differing = differingLabels(scores, expected.labels, comparison.anomalyClass);
  const { tolerance } = comparison;
  const shown = `${largest.difference.toPrecision(3)}, at row ${largest.row}`;
  const report = [
    summary,
    `Compared with ${comparison.file}`,
    `  largest difference   ${shown} (${largest.got}, expected ${largest.expected}); allowed: ${tolerance}`,
    `  labels that differ   ${labelText(differing)}`,
  ].join('\n');
  // Written so that NaN is too much.
  if (largest.difference <= tolerance && !differing?.length) return report;
  console.log(`\n${report}`);
  throw new AnomalyPredictorError(
    'bad-model-file',
    differing?.length
      ? `${formatQuantity(differing.length, 'label')} of the detector differ: it is not written`
      : `the detector's scores differ by up to ${shown}, more than ${tolerance}: it is not written`,
  );
}

/** A row that cannot be used is skipped, or thrown where `needsAll`. */
async function scoreFile(detector: Detector, file: string, needsAll: boolean) {
  const engine = await createEngine({ workers: 0 });
  const input = await openBehaviours(file);
  const badRows = new BadRows(needsAll ? 'fail' : 'skip');
  const scores: number[] = [];
  try {
    for await (const block of readBlocks(input, detector)) {
      const { errors } = block;
      badRows.add(errors.values());
      badRows.check();
      const { scores: blockScores } = await engine.score(detector, block.values);
      blockScores.forEach((score, row) => {
        if (!errors.has(row)) scores.push(score);
      });
    }
  } finally {
    await engine.close();
  }
  if (scores.length === 0) {
    throw new AnomalyPredictorError('bad-data-file', `${file} has no row to score`, { file });
  }
  tellUnusedColumns(input.unusedColumns);
  return { scores, badRows };
}

function summaryOf(scores: readonly number[], badRows: BadRows, file: string): string {
  const anomalies = scores.filter(isAnomaly).length;
  const [lowest, highest] = scores.reduce(
    ([low, high], score) => [Math.min(low, score), Math.max(high, score)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
  return (
    `${file}: ${formatQuantity(scores.length, 'row')}, ` +
    (badRows.count > 0 ? `${badRows.count} more cannot be used, ` : '') +
    `${formatQuantity(anomalies, 'anomaly', 'anomalies')} (${formatShare(anomalies / scores.length)}), ` +
    `scores from ${lowest} to ${highest}${skippedText(badRows.list())}`
  );
}

async function readExpected(file: string): Promise<Expected> {
  try {
    const { bytes, delimiter } = await openBehaviours(file);
    const records = readCsv(bytes, delimiter);
    const { value: header } = await records.next();
    const names = header.cells.map((cell: string) => cell.trim());
    const wanted = [{ columns: [numberColumn('score')] }];
    const { readRow } = tableReader(wanted, names, `line ${header.line}: the header`);
    const labelIndex = names.indexOf('label');
    const score = new Float64Array(1);
    const scores: number[] = [];
    const labels: string[] = [];
    for await (const record of records) {
      const fault = readRow(record.cells, score, 0);
      if (fault !== undefined) {
        const message = `line ${record.line}: ${fault.message}`;
        throw new AnomalyPredictorError('bad-data-file', message, fault.fields);
      }
      scores.push(score[0]);
      if (labelIndex >= 0) labels.push(record.cells[labelIndex].trim());
    }
    return { scores, labels: labelIndex >= 0 ? labels : undefined };
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new AnomalyPredictorError('bad-data-file', `${file}: ${what}`, { file }, { cause });
  }
}

/** What the library answers: a forest's score is P(normal) − P(anomaly), its P(anomaly) is compared. */
function comparable(scores: readonly number[], { model, threshold }: Detector): readonly number[] {
  return model.type === 'forest' ? scores.map((score) => (1 - score - threshold) / 2) : scores;
}

function largestDifference(scores: readonly number[], expected: readonly number[]) {
  let row = 0;
  let difference = 0;
  scores.forEach((score, i) => {
    const own = Math.abs(score - expected[i]) / Math.max(1, Math.abs(expected[i]));
    if (own > difference) [row, difference] = [i, own];
  });
  return { row, difference, got: scores[row], expected: expected[row] };
}

/** Rows whose labels differ; undefined where there are no labels. */
function differingLabels(
  scores: readonly number[],
  labels: Expected['labels'],
  anomalyClass: string,
): readonly number[] | undefined {
  if (labels === undefined) return undefined;
  return [...labels.keys()].filter(
    (row) => isSameLabel(labels[row], anomalyClass) !== isAnomaly(scores[row]),
  );
}

/** '-1.0' is the label −1 too. */
function isSameLabel(label: string, name: string): boolean {
  return label === name || (label !== '' && Number(label) === Number(name));
}

function labelText(differing: readonly number[] | undefined): string {
  if (differing === undefined) return 'not compared, the file has no column "label"';
  if (differing.length === 0) return 'none';
  const rows = differing.slice(0, MOST_ROWS_SHOWN).join(', ');
  const more = differing.length > MOST_ROWS_SHOWN ? ' …' : '';
  return `${differing.length}, at rows ${rows}${more}`;
}
