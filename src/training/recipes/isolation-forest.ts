// `isolation-forest`: an isolation forest on unscaled normal rows.
import { isolationForest as method } from '../methods/isolation-forest.js';
import { type Recipe, TREES_DO_NOT_EXTRAPOLATE } from './recipe.js';

export const isolationForest: Recipe = {
  name: 'isolation-forest',
  title: 'Isolation Forest',
  method,
  // The border of the paper, at a score of −0.5, calls more normal rows an anomaly on these data.
  settings: { contamination: 0.1 },
  summary:
    'Isolation Forest trained on normal rows alone, with the border where the training rows of the lowest scores ' +
    'begin; labelled anomalies are used for the evaluation only.',
  limits: ({ contamination }) => [
    contamination === 'auto'
      ? 'How much of normal behaviour is called an anomaly, nobody chose.'
      : `A contamination of ${contamination} means that about as large a share of normal behaviour is called an ` +
        'anomaly, by construction.',
    'It asks for one feature at a time: an unusual combination of usual values goes unnoticed, and so does any value ' +
      'of a feature that is constant among the normal rows.',
    TREES_DO_NOT_EXTRAPOLATE,
  ],
};
