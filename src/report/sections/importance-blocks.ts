// Which features a detector relies on.
import { takeLabels, takeRows } from '../../training/dataset.js';
import { MersenneTwister } from '../../training/mersenne-twister.js';
import { drawn } from '../../training/split.js';
import { impurityImportances } from '../figures/impurity-importance.js';
import { permutationImportances } from '../figures/permutation-importance.js';
import type { JudgedDetector } from '../judged-detector.js';
import { fixedText, quantityText, rateText } from '../numbers.js';
import type { Block } from '../report.js';

/** Bounds the time: every feature is shuffled, and all rows scored, several times. */
const MOST_ROWS = 2_000;
const MOST_SHOWN = 30;

export function importanceBlocks(judged: JudgedDetector, seed: number): Block[] {
  return [permutationBlock(judged, seed), impurityBlock(judged)];
}

function permutationBlock(
  { detector, dataset, rows, metrics }: JudgedDetector,
  seed: number,
): Block {
  const title = 'Permutation importance';
  if (metrics.rocAuc === null) {
    return { title, notes: ['Left out: it takes rows of both classes.'] };
  }
  const sample =
    rows.length <= MOST_ROWS
      ? rows
      : drawn(dataset, rows, MOST_ROWS / rows.length, new MersenneTwister(seed));
  const names = detector.schema.features.map(({ name }) => name);
  const importances = permutationImportances(
    detector,
    takeRows(dataset, sample),
    takeLabels(dataset, sample),
    seed,
  ).slice(0, MOST_SHOWN);
  const shown = importances.map(({ feature }) => names[feature]);
  return {
    title,
    notes: [
      `What the average precision loses on ${quantityText(sample.length, 'held-out row')} when the values of one ` +
        'feature change places: mean of five shuffles. Features that say the same stand in for each other.',
    ],
    figure: {
      chart: {
        kind: 'bars',
        direction: 'right',
        valueName: 'drop of the average precision',
        categories: shown,
        series: [
          {
            name: 'drop',
            tone: 'accent',
            values: importances.map(({ mean }) => mean),
            labels: importances.map(
              ({ mean, deviation }) => `${fixedText(mean, 3)} ± ${fixedText(deviation, 3)}`,
            ),
          },
        ],
      },
      alternative: `Most important first: ${shown.slice(0, 5).join(', ')}`,
    },
    table: {
      header: ['feature', 'drop', '±'],
      rows: importances.map(({ mean, deviation }, i) => [
        shown[i],
        rateText(mean),
        rateText(deviation),
      ]),
    },
  };
}

function impurityBlock({ detector: { model, schema } }: JudgedDetector): Block {
  const title = 'Impurity importance';
  if (model.type !== 'forest') {
    return { title, notes: ['Left out: only forests that learn classes part rows by impurity.'] };
  }
  const importances = impurityImportances(model.forest);
  if (importances === undefined) {
    return {
      title,
      notes: ['Left out: the model’s file does not tell how many rows came to its nodes.'],
    };
  }
  const ranked = schema.features
    .map(({ name }, feature) => ({ name, importance: importances[feature] }))
    .sort((a, b) => b.importance - a.importance)
    .slice(0, MOST_SHOWN);
  const names = ranked.map(({ name }) => name);
  const values = ranked.map(({ importance }) => importance);
  return {
    title,
    notes: [
      'How much the questions about a feature part the classes among the training rows. Features of many values ' +
        'get more of it than they are worth.',
    ],
    figure: {
      chart: {
        kind: 'bars',
        direction: 'right',
        valueName: 'share of the drop of the Gini impurity',
        categories: names,
        series: [
          {
            name: 'share',
            tone: 'accent',
            values,
            labels: values.map((value) => value.toFixed(3)),
          },
        ],
      },
      alternative: `Most important first: ${names.slice(0, 5).join(', ')}`,
    },
    table: {
      header: ['feature', 'share'],
      rows: ranked.map(({ name }, i) => [name, rateText(values[i])]),
    },
  };
}
