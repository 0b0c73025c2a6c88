// What only a training can tell: the candidates of its search, and how it would do with fewer rows.
import { candidateTable } from '../../training/candidate-table.js';
import type { CandidateResult } from '../../training/search.js';
import type { SearchPlan } from '../../training/search-plan.js';
import { describeValidation } from '../../training/validation.js';
import type { Line } from '../charts/chart.js';
import { countText, quantityText, rateText } from '../numbers.js';
import type { LearningPoint, Refits } from '../refits.js';
import type { Block } from '../report.js';

/** `sizeUnit`: what a model's size is counted in */
export function searchBlock(
  candidates: readonly CandidateResult[] | undefined,
  { scoring, validation }: SearchPlan,
  sizeUnit: string,
): Block {
  const title = 'Search';
  if (candidates === undefined) {
    return { title, notes: ['Nothing was searched: the options were given.'] };
  }
  return {
    title,
    notes: [
      `${quantityText(candidates.length, 'candidate')}, best first: means over ${describeValidation(validation)} of ` +
        'the training part, which the rows held out are no part of.',
    ],
    table: candidateTable(candidates, scoring, sizeUnit),
  };
}

export function learningBlock({ learning, rows }: Refits): Block {
  const title = 'Learning curve';
  if (learning.length < 2) {
    return { title, notes: ['Left out: there are too few rows to train on fewer.'] };
  }
  const lowest = Math.min(
    ...learning.flatMap(({ averagePrecision, f1 }) =>
      [averagePrecision, f1].map(({ mean, deviation }) => Math.max(0, mean - deviation)),
    ),
  );
  const [first, last] = [learning[0], learning[learning.length - 1]];
  return {
    title,
    notes: [
      `Models of the same options, fitted to shares of up to ${quantityText(rows, 'training row')}, judged on rows ` +
        'held out: mean of three draws ± one standard deviation. A curve that still rises asks for more rows.',
    ],
    figure: {
      chart: {
        kind: 'lines',
        x: { name: 'training rows' },
        y: { name: 'on rows held out', min: Math.floor(10 * lowest) / 10, max: 1 },
        lines: [
          lineOf('average precision', 'accent', learning, (point) => point.averagePrecision),
          { ...lineOf('F1', 'normal', learning, (point) => point.f1), isDashed: true },
        ],
      },
      alternative:
        `From ${countText(first.rows)} to ${countText(last.rows)} training rows, the average precision goes from ` +
        `${rateText(first.averagePrecision.mean)} to ${rateText(last.averagePrecision.mean)}, ` +
        `F1 from ${rateText(first.f1.mean)} to ${rateText(last.f1.mean)}.`,
    },
    table: {
      header: ['training rows', 'average precision', '±', 'F1', '±'],
      rows: learning.map(({ rows, averagePrecision, f1 }) => [
        countText(rows),
        ...[averagePrecision, f1].flatMap(({ mean, deviation }) => [mean, deviation]).map(rateText),
      ]),
    },
  };
}

function lineOf(
  name: string,
  tone: Line['tone'],
  learning: readonly LearningPoint[],
  of: (point: LearningPoint) => LearningPoint['f1'],
): Line {
  return {
    name,
    tone,
    hasDots: true,
    points: learning.map((point) => [point.rows, of(point).mean]),
    band: learning.map((point) => {
      const { mean, deviation } = of(point);
      return [point.rows, Math.max(0, mean - deviation), Math.min(1, mean + deviation)];
    }),
  };
}
