// `ocsvm-tuned`: a One-Class SVM whose parameters are searched with labelled anomalies as judges.
import { oneClassSvm } from '../methods/one-class-svm.js';
import { DEFAULT_SEARCH } from '../search-plan.js';
import { type Recipe, SUPPORT_VECTORS_ARE_ROWS } from './recipe.js';

export const ocsvmTuned: Recipe = {
  name: 'ocsvm-tuned',
  title: 'One-Class SVM, tuned',
  method: oneClassSvm,
  settings: {
    kernel: 'rbf',
    nu: oneClassSvm.defaults.nu,
    gamma: oneClassSvm.defaults.gamma,
    tolerance: oneClassSvm.defaults.tolerance,
  },
  search: {
    ...DEFAULT_SEARCH,
    tries: {
      nu: [0.01, 0.05, 0.1, 0.2],
      kernel: ['rbf', 'linear'],
      gamma: ['scale', 'auto', 0.001, 0.01],
    },
  },
  summary:
    'One-Class SVM trained on normal rows; its parameters are the best that a search found, each candidate judged on ' +
    'held-out normal rows and on the labelled anomalies of the training part.',
  limits: () => [
    'The parameters were chosen with the help of labelled anomalies of one data set; other attacks may need others.',
    SUPPORT_VECTORS_ARE_ROWS,
  ],
};
