// `ocsvm`: a One-Class SVM with fixed parameters, trained on normal rows alone.
import { oneClassSvm } from '../methods/one-class-svm.js';
import { type Recipe, SUPPORT_VECTORS_ARE_ROWS } from './recipe.js';

export const ocsvm: Recipe = {
  name: 'ocsvm',
  title: 'One-Class SVM',
  method: oneClassSvm,
  settings: {
    kernel: 'rbf',
    gamma: 'auto',
    nu: 0.05,
    tolerance: oneClassSvm.defaults.tolerance,
  },
  summary:
    'One-Class SVM, trained on normal rows alone; labelled anomalies are used for the evaluation only.',
  limits: ({ nu }) => [
    `ν = ${nu} means that about ${Number((100 * Number(nu)).toPrecision(3))} % of normal behaviour is called an ` +
      'anomaly, by construction.',
    SUPPORT_VECTORS_ARE_ROWS,
  ],
};
