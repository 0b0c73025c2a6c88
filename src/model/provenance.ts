// Where a detector comes from: a training or traffic, in enough detail to make it again byte for byte, or a model of
// another library.
import * as v from 'valibot';

const count = (description: string) =>
  v.pipe(v.number(), v.integer('a whole number'), v.minValue(0), v.description(description));

const file = v.pipe(v.string(), v.description('File name without its folder'));
const sha256 = v.pipe(v.string(), v.description("SHA-256 of the file's bytes"));
const parameters = v.pipe(
  v.record(v.string(), v.union([v.number(), v.string(), v.boolean(), v.null()])),
  v.description("The model's parameters"),
);

const TrainingProvenance = v.strictObject({
  origin: v.literal('training'),
  trainer: v.pipe(v.string(), v.description('Program and version')),
  data: v.strictObject({
    file,
    sha256,
    rows: count('Rows that were used'),
    droppedRows: count('Rows that could not be used'),
  }),
  split: v.strictObject({
    seed: v.pipe(v.number(), v.integer('a whole number')),
    trainNormal: count('Normal rows that trained'),
    trainAnomaly: count('Anomalies that trained'),
    testNormal: count('Normal rows that evaluated'),
    testAnomaly: count('Anomalies that evaluated'),
  }),
  parameters,
});
export type TrainingProvenance = v.InferOutput<typeof TrainingProvenance>;

const ImportProvenance = v.strictObject({
  origin: v.literal('import'),
  importer: v.pipe(v.string(), v.description('Program and version that read the model')),
  files: v.pipe(
    v.array(v.strictObject({ file, sha256 })),
    v.description('The model, then its scaler where that was a file of its own'),
  ),
  format: v.pipe(v.picklist(['scikit-learn', 'onnx']), v.description('What wrote the files')),
  estimator: v.pipe(
    v.string(),
    v.description('Class or operators of the model, in the order in which a row passes them'),
  ),
  version: v.pipe(
    v.nullable(v.string()),
    v.description('Version of the library, as the file says'),
  ),
  featureNames: v.pipe(v.nullable(v.array(v.string())), v.description('As in the file')),
  parameters,
});
export type ImportProvenance = v.InferOutput<typeof ImportProvenance>;

const TrafficProvenance = v.strictObject({
  origin: v.literal('traffic'),
  trainer: v.pipe(v.string(), v.description('Program and version')),
  data: v.strictObject({
    files: v.pipe(
      v.array(v.strictObject({ file, sha256 })),
      v.minLength(1),
      v.description('Logs, in the order in which they were read, then the exceptions'),
    ),
    calls: count('Calls in them'),
    sessions: count('Sessions in them'),
  }),
  split: v.strictObject({
    seed: v.pipe(v.number(), v.integer('a whole number')),
    trainingRows: count('Behaviours that trained'),
    choosingSessions: count('Other sessions, which chose among the candidates'),
    calibratingSessions: count('Other sessions, which set the threshold'),
  }),
  parameters,
});
export type TrafficProvenance = v.InferOutput<typeof TrafficProvenance>;

export const Provenance = v.variant('origin', [
  TrainingProvenance,
  TrafficProvenance,
  ImportProvenance,
]);
export type Provenance = v.InferOutput<typeof Provenance>;
