// `isolation-forest`: an isolation forest on unscaled normal rows; its questions need no common scale.
import { NORMAL, takeRows } from './dataset.js';
import { trainIsolationForest } from './isolation-forest.js';
import type { Recipe } from './recipe.js';
import { rowsOf } from './split.js';

/** The border of the paper, at a score of −0.5, calls more normal rows an anomaly on these data. */
const CONTAMINATION = 0.1;

export const isolationForest: Recipe = {
  name: 'isolation-forest',
  title: 'Isolation Forest',
  method:
    'Isolation Forest trained on normal rows alone, with the border where the training rows of the lowest scores ' +
    'begin; labelled anomalies are used for the evaluation only.',
  limits: [
    'A contamination of 0.1 means that about one normal behaviour in ten is called an anomaly, by construction.',
    'It asks for one feature at a time: an unusual combination of usual values goes unnoticed, and so does any value ' +
      'of a feature that is constant among the normal rows.',
  ],
  async fit({ dataset, train, seed }) {
    const normal = Int32Array.from(rowsOf(dataset, NORMAL, train));
    const model = trainIsolationForest(
      takeRows(dataset, normal),
      normal.length,
      dataset.nFeatures,
      { contamination: CONTAMINATION, seed },
    );
    const { nTrees, nNodes } = model.forest;
    return {
      transforms: [],
      model,
      parameters: { trees: nTrees, nodes: nNodes, contamination: CONTAMINATION, seed },
    };
  },
};
