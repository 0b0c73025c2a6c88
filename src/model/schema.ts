// The schema of a behaviour: its features in order. It belongs to the detector and describes
// every row that the detector can score, in requests, files and forms alike.
import * as v from 'valibot';

const Feature = v.strictObject({
  name: v.pipe(
    v.string(),
    v.minLength(1),
    v.maxLength(100),
    v.description('Key of the feature in a row'),
  ),
  title: v.pipe(v.string(), v.description('Name for people')),
  description: v.pipe(v.string(), v.description('What is measured')),
  unit: v.pipe(v.string(), v.description('Unit or range of the value')),
  kind: v.pipe(v.picklist(['number', 'flag']), v.description('A flag is 0 or 1')),
  example: v.pipe(v.number(), v.finite('a finite number'), v.description('A usual value')),
});
export type Feature = v.InferOutput<typeof Feature>;

export const Schema = v.strictObject({
  features: v.pipe(v.array(Feature), v.minLength(1), v.maxLength(10_000)),
});
export type Schema = v.InferOutput<typeof Schema>;

/** A behaviour made of the features' examples. */
export function exampleRow({ features }: Schema): Record<string, number> {
  return Object.fromEntries(features.map(({ name, example }) => [name, example]));
}

/** The nine features of the API access behaviour dataset. */
export const API_BEHAVIOUR_SCHEMA: Schema = {
  features: [
    {
      name: 'inter_api_access_duration',
      title: 'Time between API calls',
      description: 'Mean time between two API calls of a session',
      unit: 'seconds',
      kind: 'number',
      example: 0.0012,
    },
    {
      name: 'api_access_uniqueness',
      title: 'API access uniqueness',
      description: 'Share of distinct APIs among the calls of a session',
      unit: '0 to 1',
      kind: 'number',
      example: 0.012,
    },
    {
      name: 'sequence_length',
      title: 'Sequence length',
      description: 'Mean number of API calls in a session',
      unit: 'calls per session',
      kind: 'number',
      example: 18.5,
    },
    {
      name: 'vsession_duration',
      title: 'Session duration',
      description: 'Time that the virtual sessions lasted',
      unit: 'minutes',
      kind: 'number',
      example: 210,
    },
    {
      name: 'num_sessions',
      title: 'Sessions',
      description: 'Number of sessions',
      unit: 'count',
      kind: 'number',
      example: 290,
    },
    {
      name: 'num_users',
      title: 'Users',
      description: 'Number of users behind the sessions',
      unit: 'count',
      kind: 'number',
      example: 220,
    },
    {
      name: 'num_unique_apis',
      title: 'Unique APIs',
      description: 'Number of distinct APIs that were called',
      unit: 'count',
      kind: 'number',
      example: 70,
    },
    {
      name: 'ip_type_default',
      title: 'Default address type',
      description: 'The address is of the default type, not of a data centre',
      unit: '0 or 1',
      kind: 'flag',
      example: 1,
    },
    {
      name: 'source_F',
      title: 'Source F',
      description: 'The behaviour was recorded by source F, not by source E',
      unit: '0 or 1',
      kind: 'flag',
      example: 0,
    },
  ],
};
