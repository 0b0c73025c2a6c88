// `hybrid`: a Random Forest on normal rows and some labelled anomalies.
import { plainKernels } from '../../native-free-kernels/plain-kernels.js';
import { layOutForest } from '../model/forest-layout.js';
import { takeLabels, takeRows } from './dataset.js';
import { trainRandomForest } from './random-forest.js';
import type { Recipe } from './recipe.js';
import { fitStandardScaler } from './standard-scaler.js';

export const hybrid: Recipe = {
  name: 'hybrid',
  title: 'Random Forest, hybrid',
  method: `Random Forest on normal rows and on a part of the labelled anomalies.`,
  limits: [
    'It knows the kinds of anomalies that were labelled; a new kind that resembles normal behaviour in the ' +
      'features that the trees ask for goes unnoticed.',
    'The risk is the share of votes, not a calibrated probability.',
  ],
  async fit({ dataset, train, seed }) {
    const { nFeatures } = dataset;
    const rows = takeRows(dataset, train);
    const scaler = fitStandardScaler(rows, train.length, nFeatures);
    plainKernels.transformInto(scaler, rows, train.length, rows);
    const trees = trainRandomForest(rows, takeLabels(dataset, train), train.length, nFeatures, {
      seed,
    });
    const forest = layOutForest(trees, nFeatures);
    return {
      transforms: [scaler],
      model: { type: 'forest', forest },
      parameters: { trees: trees.length, nodes: forest.nNodes, maxFeatures: 'sqrt', seed },
    };
  },
};
