// Where a detector comes from, in enough detail to make it again byte for byte.
import * as v from 'valibot';

const count = (description: string) =>
  v.pipe(v.number(), v.integer('a whole number'), v.minValue(0), v.description(description));

export const Provenance = v.strictObject({
  trainer: v.pipe(v.string(), v.description('Program and version')),
  data: v.strictObject({
    file: v.pipe(v.string(), v.description('File name without its folder')),
    sha256: v.string(),
    rows: count('Rows that were used'),
    droppedRows: count('Rows with a missing value'),
  }),
  split: v.strictObject({
    seed: v.pipe(v.number(), v.integer('a whole number')),
    trainNormal: count('Normal rows that trained'),
    trainAnomaly: count('Anomalies that trained'),
    testNormal: count('Normal rows that evaluated'),
    testAnomaly: count('Anomalies that evaluated'),
  }),
  parameters: v.pipe(
    v.record(v.string(), v.union([v.number(), v.string()])),
    v.description("The model's parameters as trained"),
  ),
});
export type Provenance = v.InferOutput<typeof Provenance>;
