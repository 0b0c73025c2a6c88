// `ocsvm-tuned`: a One-Class SVM whose parameters are searched with labelled anomalies as judges.
import { ANOMALY, NORMAL, takeRows } from './dataset.js';
import { fitOneClassSvm, SUPPORT_VECTORS_ARE_ROWS } from './fit-one-class-svm.js';
import { CANDIDATES, N_FOLDS, searchGrid } from './grid-search.js';
import { DEFAULT_ONE_CLASS_SVM_OPTIONS } from './one-class-svm.js';
import type { Recipe } from './recipe.js';
import { dealFolds, rowsOf } from './split.js';

export const ocsvmTuned: Recipe = {
  name: 'ocsvm-tuned',
  title: 'One-Class SVM, tuned',
  method:
    `One-Class SVM trained on normal rows; ν, γ and the kernel are the best of ${CANDIDATES.length} candidates by the ` +
    `mean F1 of ${N_FOLDS}-fold cross-validation, each fold judged on its held-out normal rows and on the ` +
    'labelled anomalies of the training part.',
  limits: [
    'The parameters were chosen with the help of labelled anomalies of one data set; other attacks may need others.',
    SUPPORT_VECTORS_ARE_ROWS,
  ],
  async fit({ dataset, train, seed, onProgress }) {
    const { nFeatures } = dataset;
    const normal = rowsOf(dataset, NORMAL, train);
    const candidates = await searchGrid(
      {
        nFeatures,
        folds: dealFolds(dataset, normal, N_FOLDS, seed).map((fold) => takeRows(dataset, fold)),
        anomalies: takeRows(dataset, Int32Array.from(rowsOf(dataset, ANOMALY, train))),
      },
      onProgress,
    );
    const best = candidates[0].candidate;
    const rows = takeRows(dataset, Int32Array.from(normal));
    const fitted = fitOneClassSvm(rows, normal.length, nFeatures, best);
    const { tolerance } = DEFAULT_ONE_CLASS_SVM_OPTIONS;
    return {
      ...fitted,
      parameters: { ...best, tolerance, supportVectors: fitted.model.svm.nSupport },
      candidates,
    };
  },
};
