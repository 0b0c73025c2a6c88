// Models of the same method and settings, fitted to other rows: how much would change by that.
import type { Schema } from '../model/schema.js';
import type { Dataset } from './dataset.js';
import { takeLabels } from './dataset.js';
import { scoresOf } from './evaluation.js';
import type { Method } from './methods/method.js';
import type { Settings } from './settings.js';
import { shareRows } from './train.js';
import { TrainingPool, type TrainingPoolOptions } from './training-pool.js';
import type { ValidationSplit } from './validation.js';

export interface RefitOptions extends TrainingPoolOptions {
  readonly schema: Schema;
  readonly method: Method;
  /** Over the method's defaults. */
  readonly settings: Settings;
  readonly seed: number;
  readonly onProgress: (done: number, total: number) => void;
}

export interface Refitted {
  /** [split.judge.length] by the model's own border; higher is more normal */
  readonly scores: Float64Array;
  readonly labels: Int8Array;
}

/**
 * What a model that is fitted to the training rows of each split says of its judging rows, on worker threads.
 * @throws Interrupted; AnomalyPredictorError
 */
export async function refit(
  dataset: Dataset,
  splits: readonly ValidationSplit[],
  { schema, method, settings, seed, onProgress, ...pooling }: RefitOptions,
): Promise<Refitted[]> {
  const data = shareRows(dataset, schema);
  const complete = { ...method.defaults, ...settings };
  const pool = new TrainingPool(pooling);
  let done = 0;
  try {
    return await Promise.all(
      splits.map(async ({ train, judge }) => {
        const task = { data, method: method.name, settings: complete, train, seed };
        const { transforms, model } = await pool.run('fit', task);
        const scores = scoresOf({ transforms, model, threshold: 0 }, dataset, judge);
        onProgress(++done, splits.length);
        return { scores, labels: takeLabels(dataset, judge) };
      }),
    );
  } finally {
    await pool.close();
  }
}
