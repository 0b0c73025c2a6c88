// The examples in a schema, taken from the rows that a detector knows rather than from where its features were defined.
import { N_QUANTILES, QUANTILE_STEPS } from '../model/distribution.js';
import type { Profile } from '../model/profile.js';
import type { Schema } from '../model/schema.js';

/** The schema with the median of the normal training rows as the example of each feature. */
export function withUsualExamples({ features }: Schema, { quantiles }: Profile): Schema {
  return {
    features: features.map(({ name, title, description, unit, kind }, i) => {
      const median = quantiles[i * N_QUANTILES + QUANTILE_STEPS / 2];
      const example = kind === 'flag' ? Math.round(median) : median;
      return { name, title, description, unit, kind, example };
    }),
  };
}
