// What makes a dataset unfit, or a feature of it useless, before anything is trained or judged on it.
import { type Dataset, NORMAL } from './dataset.js';
import { countDistinct } from './equal-rows.js';
import { rowsOf } from './split.js';

/** That all rows are of one class, which leaves nothing to tell apart; undefined where there are both. */
export function oneClassOnly({ nRows, labels }: Dataset): string | undefined {
  const nNormal = labels.reduce((sum, label) => sum + Number(label === NORMAL), 0);
  if (nNormal > 0 && nNormal < nRows) return undefined;
  const [one, other] = nNormal > 0 ? ['normal', 'anomalous'] : ['anomalous', 'normal'];
  return `all ${nRows} rows that can be used are ${one}, there are no ${other} ones`;
}

/** Says that all normal rows have the same values, which leaves no range of normal behaviour to learn; else undefined. */
export function allNormalRowsEqual(dataset: Dataset): string | undefined {
  const normal = rowsOf(dataset, NORMAL);
  if (normal.length < 2 || countDistinct(dataset, normal) > 1) return undefined;
  return (
    `all ${normal.length} normal rows are equal: they do not say how far normal behaviour varies, so that any other ` +
    'row would be an anomaly; add rows of other clients'
  );
}

/** Indices of the features that have the same value in every row. */
export function constantFeatures({ nRows, nFeatures, values }: Dataset): readonly number[] {
  return Array.from({ length: nFeatures }, (_, feature) => feature).filter((feature) => {
    for (let row = 1; row < nRows; row++) {
      if (values[row * nFeatures + feature] !== values[feature]) return false;
    }
    return true;
  });
}
