// The encoder: which column of a raw table feeds which feature, and how. A numeric column is read as
// it is; a category becomes a flag (one-hot: 1 where the cell equals the category, else 0).
import * as v from 'valibot';

const ColumnEncoding = v.strictObject({
  feature: v.pipe(v.string(), v.description('Feature that the column feeds')),
  column: v.pipe(v.string(), v.description('Column of the raw table')),
  category: v.optional(v.pipe(v.string(), v.description('The flag is 1 where the cell equals it'))),
});

/** One entry per feature, in the schema's order. */
export const Encoder = v.array(ColumnEncoding);
export type Encoder = v.InferOutput<typeof Encoder>;

/** Columns of the public API access behaviour dataset. */
export const API_BEHAVIOUR_ENCODER: Encoder = [
  { feature: 'inter_api_access_duration', column: 'inter_api_access_duration(sec)' },
  { feature: 'api_access_uniqueness', column: 'api_access_uniqueness' },
  { feature: 'sequence_length', column: 'sequence_length(count)' },
  { feature: 'vsession_duration', column: 'vsession_duration(min)' },
  { feature: 'num_sessions', column: 'num_sessions' },
  { feature: 'num_users', column: 'num_users' },
  { feature: 'num_unique_apis', column: 'num_unique_apis' },
  { feature: 'ip_type_default', column: 'ip_type', category: 'default' },
  { feature: 'source_F', column: 'source', category: 'F' },
];
