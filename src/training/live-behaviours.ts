// Labelled behaviours of live traffic: how they were read, and whether their rows can be such behaviours at all.
import { AnomalyPredictorError } from '../errors.js';
import type { Encoder } from '../model/encoder.js';
import type { Schema } from '../model/schema.js';
import type { TrafficSettings } from '../model/traffic-settings.js';
import type { Dataset } from './dataset.js';

const MS_PER_MINUTE = 60_000;

/** The encoder of files that call the columns as the features, as `behaviours` writes them. */
export function plainEncoder({ features }: Schema): Encoder {
  return features.map(({ name }) => ({ feature: name, column: name }));
}

/**
 * Checks the rows against the settings, where `featureNames` are those of the API behaviour schema: no behaviour has
 * fewer calls than are needed to judge it, or lasts longer than the window.
 * @throws AnomalyPredictorError `bad-data-file` that names the feature, a value and the option
 */
export function checkLiveBehaviours(
  dataset: Dataset,
  featureNames: readonly string[],
  { windowMs, minRequests }: TrafficSettings,
): void {
  const minutes = windowMs / MS_PER_MINUTE;
  const limits = [
    {
      name: 'sequence_length',
      isPossible: (calls: number) => calls >= minRequests,
      limit: `fewer calls than --min-requests ${minRequests}`,
    },
    {
      name: 'vsession_duration',
      isPossible: (duration: number) => duration <= minutes,
      limit: `more minutes than --window ${minutes}`,
    },
  ];
  for (const { name, isPossible, limit } of limits) {
    const values = columnOf(dataset, featureNames.indexOf(name));
    const impossible = values.filter((value) => !isPossible(value));
    if (impossible.length === 0) continue;
    throw new AnomalyPredictorError(
      'bad-data-file',
      `${dataset.file}: "${name}" of ${impossible.length} of ${dataset.nRows} rows is ${limit}, such as ${impossible[0]}: ` +
        'they are not behaviours of live traffic, or were made with other options; give those of the `behaviours` ' +
        'that made them',
      { file: dataset.file, field: name, value: impossible[0] },
    );
  }
}

function columnOf({ values, nRows, nFeatures }: Dataset, feature: number): Float64Array {
  return Float64Array.from({ length: nRows }, (_, row) => values[row * nFeatures + feature]);
}
