// `hybrid`: a Random Forest on normal rows and some labelled anomalies.
import { randomForest } from '../methods/random-forest.js';
import { type Recipe, TREES_DO_NOT_EXTRAPOLATE } from './recipe.js';

export const hybrid: Recipe = {
  name: 'hybrid',
  title: 'Random Forest, hybrid',
  method: randomForest,
  settings: { maxFeatures: randomForest.defaults.maxFeatures },
  summary: 'Random Forest on normal rows and on a part of the labelled anomalies.',
  limits: () => [
    'It knows the kinds of anomalies that were labelled; a new kind that resembles normal behaviour in the ' +
      'features that the trees ask for goes unnoticed.',
    TREES_DO_NOT_EXTRAPOLATE,
    'The risk is the share of votes, not a calibrated probability.',
  ],
};
