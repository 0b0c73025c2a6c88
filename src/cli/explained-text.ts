// What explanations add to the outputs of `score`: columns of CSV, and an object in the lines of NDJSON.
import { encodeLines } from '../formats/ndjson.js';
import { contributionText, type FeatureContribution } from '../model/contribution-text.js';
import type { Explanation } from '../model/explanation.js';
import { isOutOfRange } from '../model/training-range.js';
import type { ScoredBlock } from './verdict-text.js';

/** Contributions that the column of text tells of, the largest first; and all that are out of the training range. */
const TOLD_IN_TEXT = 3;

/** Columns of CSV behind those of the verdict. */
export function explanationColumns({ features, errors }: Explanation): string[] {
  return [
    'explanation',
    'baseline',
    ...features.map(({ name }) => `contribution_${name}`),
    ...(errors === undefined ? [] : features.map(({ name }) => `error_${name}`)),
  ];
}

/** Cells of those columns for a row of a block. */
export function explanationCells(
  values: Float64Array,
  explanation: Explanation,
  row: number,
): (string | number)[] {
  const contributions = contributionsOf(values, explanation, row);
  const told = byMagnitude(contributions).filter(
    (feature, i) =>
      (i < TOLD_IN_TEXT && feature.contribution !== 0) || isOutOfRange(feature.value, feature),
  );
  return [
    told.map(contributionText).join('; '),
    explanation.baseline,
    ...contributions.map(({ contribution }) => contribution),
    ...contributions.flatMap(({ error }) => error ?? []),
  ];
}

/** The lines of NDJSON with an explanation in each that is a verdict, its features by magnitude. */
export function explainedLines(
  { block, scores, risks }: ScoredBlock,
  explanation: Explanation,
): string {
  const { method, baseline } = explanation;
  const lines = encodeLines(block, block.firstRow, scores, risks).toString().split('\n');
  return lines
    .map((line, row) => {
      if (line === '' || block.errors.has(row)) return line;
      const features = byMagnitude(contributionsOf(block.values, explanation, row));
      const outOfRange = explanation.outOfRange[row];
      const added = JSON.stringify({ explanation: { method, baseline, features, outOfRange } });
      return `${line.slice(0, -1)},${added.slice(1)}`;
    })
    .join('\n');
}

function contributionsOf(
  values: Float64Array,
  { features, contributions, errors }: Explanation,
  row: number,
): FeatureContribution[] {
  const start = row * features.length;
  return features.map(({ name, ...ranges }, i) => ({
    name,
    value: values[start + i],
    ...ranges,
    contribution: contributions[start + i],
    ...(errors && { error: errors[start + i] }),
  }));
}

function byMagnitude(contributions: readonly FeatureContribution[]): FeatureContribution[] {
  return contributions.toSorted((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
}
