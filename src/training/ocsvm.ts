// `ocsvm`: a One-Class SVM with fixed parameters, trained on normal rows alone.
import { NORMAL, takeRows } from './dataset.js';
import { fitOneClassSvm, SUPPORT_VECTORS_ARE_ROWS } from './fit-one-class-svm.js';
import { DEFAULT_ONE_CLASS_SVM_OPTIONS } from './one-class-svm.js';
import type { Recipe } from './recipe.js';
import { rowsOf } from './split.js';

const OPTIONS = { kernel: 'rbf', gamma: 'auto', nu: 0.05 } as const;

export const ocsvm: Recipe = {
  name: 'ocsvm',
  title: 'One-Class SVM',
  method:
    'One-Class SVM with an RBF kernel, trained on normal rows alone; labelled anomalies are used for the evaluation only.',
  limits: [
    'ν = 0.05 means that about one normal behaviour in twenty is called an anomaly, by construction.',
    SUPPORT_VECTORS_ARE_ROWS,
  ],
  async fit({ dataset, train }) {
    const normal = Int32Array.from(rowsOf(dataset, NORMAL, train));
    const rows = takeRows(dataset, normal);
    const fitted = fitOneClassSvm(rows, normal.length, dataset.nFeatures, OPTIONS);
    const { tolerance } = DEFAULT_ONE_CLASS_SVM_OPTIONS;
    return {
      ...fitted,
      parameters: { ...OPTIONS, tolerance, supportVectors: fitted.model.svm.nSupport },
    };
  },
};
