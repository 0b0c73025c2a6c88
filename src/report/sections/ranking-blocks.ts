// How well the scores rank: ROC and precision–recall curves, with bands over folds.
import type { Chart, Line, Point } from '../charts/chart.js';
import { type BandPoint, foldBand } from '../figures/fold-band.js';
import {
  amongAnomalies,
  precisionAt,
  type RankingPoint,
  rankingPoints,
  recallAt,
  type ScoredRows,
} from '../figures/ranking-curves.js';
import type { JudgedDetector } from '../judged-detector.js';
import { rateText } from '../numbers.js';
import type { Block } from '../report.js';

/** Scores of parts of the rows, or of models fitted to other rows. */
export interface Folds {
  readonly scored: readonly ScoredRows[];
  /** 'the mean over … ± one standard deviation' */
  readonly what: string;
}

const RATES_SHOWN = [0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5];
const RECALLS_SHOWN = [0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1];
/** A drawing shows no more. */
const MOST_POINTS = 400;

export function rankingBlocks({ scored, metrics }: JudgedDetector, folds: Folds): Block[] {
  const points = rankingPoints(scored);
  if (points === undefined) {
    return [
      {
        title: 'ROC and precision–recall curves',
        notes: ['Left out: they take rows of both classes, and there are none of one.'],
      },
    ];
  }
  const shareOfAnomalies = points[points.length - 1].precision;
  const foldPoints = folds.scored
    .map(rankingPoints)
    .filter((curve) => curve !== undefined)
    .map((curve) => amongAnomalies(curve, shareOfAnomalies));
  const bandOf = (at: (points: readonly RankingPoint[], x: number) => number) =>
    foldPoints.length < 2 ? undefined : foldBand(foldPoints.map((curve) => (x) => at(curve, x)));
  return [
    curveBlock({
      title: 'ROC curve',
      summary: `Area under the curve ${rateText(metrics.rocAuc)}; by chance it is 0.5.`,
      axes: ['false positive rate', 'recall'],
      points: points.map((point) => [point.falsePositiveRate, point.recall]),
      chance: [
        [0, 0],
        [1, 1],
      ],
      at: (x) => recallAt(points, x),
      shown: RATES_SHOWN,
      band: bandOf(recallAt),
      what: folds.what,
    }),
    curveBlock({
      title: 'Precision–recall curve',
      summary:
        `Average precision ${rateText(metrics.averagePrecision)}; ` +
        `by chance it is the share of anomalies, ${rateText(shareOfAnomalies)}.`,
      axes: ['recall', 'precision'],
      points: [[0, points[1].precision], ...points.slice(1).map(recallAndPrecision)],
      steps: 'before',
      chance: [
        [0, shareOfAnomalies],
        [1, shareOfAnomalies],
      ],
      at: (x) => precisionAt(points, x),
      shown: RECALLS_SHOWN,
      band: bandOf(precisionAt),
      what: `${folds.what}, as if as many of their rows were anomalies as here`,
    }),
  ];
}

interface Curve {
  readonly title: string;
  readonly summary: string;
  readonly axes: readonly [x: string, y: string];
  readonly points: readonly Point[];
  readonly steps?: NonNullable<Line['steps']>;
  readonly chance: readonly Point[];
  readonly at: (x: number) => number;
  /** Where the table has lines. */
  readonly shown: readonly number[];
  readonly band: readonly BandPoint[] | undefined;
  readonly what: string;
}

function curveBlock(curve: Curve): Block {
  const { title, summary, axes, at, shown, band, what } = curve;
  const nearest = (x: number) => band?.[Math.round(x * (band.length - 1))];
  return {
    title,
    notes: [summary, ...(band === undefined ? [] : [`Dashed, in a band: ${what}.`])],
    figure: {
      chart: chartOf(curve),
      alternative: `${summary} ${shown
        .filter((_, i) => i % 2 === 0)
        .map((x) => `At a ${axes[0]} of ${x}, ${axes[1]} ${at(x).toFixed(3)}`)
        .join('; ')}.`,
    },
    table: {
      header: [axes[0], axes[1], ...(band === undefined ? [] : ['mean of the folds', '±'])],
      rows: shown.map((x) => {
        // The band knows whole hundredths alone.
        const fold = Number.isInteger(Math.round(x * 1_000) / 10) ? nearest(x) : undefined;
        const folds = fold === undefined ? ['–', '–'] : [fold.mean, fold.deviation].map(rateText);
        return [String(x), rateText(at(x)), ...(band === undefined ? [] : folds)];
      }),
    },
  };
}

function chartOf({ axes, points, steps, chance, band }: Curve): Chart {
  const bounds = { min: 0, max: 1 };
  const lines: Line[] = [
    { name: 'held-out rows', tone: 'accent', points: thinned(points), ...(steps && { steps }) },
    { name: 'by chance', tone: 'muted', points: chance, isDashed: true },
  ];
  if (band !== undefined) {
    lines.splice(1, 0, {
      name: 'folds',
      tone: 'normal',
      points: band.map(({ x, mean }) => [x, mean]),
      isDashed: true,
      band: band.map(({ x, mean, deviation }) => [
        x,
        Math.max(0, mean - deviation),
        Math.min(1, mean + deviation),
      ]),
    });
  }
  return {
    kind: 'lines',
    x: { name: axes[0], ...bounds },
    y: { name: axes[1], ...bounds },
    lines,
  };
}

function recallAndPrecision({ recall, precision }: RankingPoint): Point {
  return [recall, precision];
}

/** Leaves out points that lie in the one before, as far as can be seen. */
function thinned(points: readonly Point[]): Point[] {
  let [lastX, lastY] = [Number.NaN, Number.NaN];
  return points.filter(([x, y], i) => {
    const isFar = !(Math.hypot(x - lastX, y - lastY) < 1 / MOST_POINTS);
    if (isFar) [lastX, lastY] = [x, y];
    return isFar || i === points.length - 1;
  });
}
