// Small detectors on made-up numbers for the nine features of API behaviour: quick to make, and with
// verdicts that a person can foresee.
import type { StandardScaler } from '../../native-free-kernels/contract.js';
import type { Detector, DetectorParts } from '../../src/model/detector.js';
import { assembleDetector } from '../../src/model/detector-file.js';
import { API_BEHAVIOUR_ENCODER } from '../../src/model/encoder.js';
import { type DecisionTree, layOutForest } from '../../src/model/forest-layout.js';
import { averagePathLength } from '../../src/model/path-length.js';
import { API_BEHAVIOUR_SCHEMA, type Feature, type Schema } from '../../src/model/schema.js';

/** The schema's example of every feature; normal for every sample detector. */
export const NORMAL_ROW: Readonly<Record<string, number>> = Object.fromEntries(
  API_BEHAVIOUR_SCHEMA.features.map(({ name, example }) => [name, example]),
);

/** One user in two sessions hammers many APIs; an anomaly for every sample detector. */
export const ANOMALOUS_ROW: Readonly<Record<string, number>> = {
  ...NORMAL_ROW,
  inter_api_access_duration: 12,
  api_access_uniqueness: 0.8,
  sequence_length: 340,
  num_sessions: 2,
  num_users: 1,
  ip_type_default: 0,
};

/** A One-Class SVM with an RBF kernel whose support vectors surround the example. */
export function sampleOneClassSvm(changes: Partial<DetectorParts> = {}): Detector {
  const { nFeatures } = SAMPLE_SCALER;
  const nSupport = 2 * nFeatures;
  const supportVectors = new Float64Array(nSupport * nFeatures);
  for (let feature = 0; feature < nFeatures; feature++) {
    supportVectors[2 * feature * nFeatures + feature] = 1;
    supportVectors[(2 * feature + 1) * nFeatures + feature] = -1;
  }
  return assembleDetector({
    ...SHARED_PARTS,
    name: 'ocsvm',
    title: 'One-Class SVM (sample)',
    model: {
      type: 'one-class-svm',
      svm: {
        kernel: { function: 'rbf', gamma: 1 / nFeatures, coef0: 0, degree: 3 },
        nFeatures,
        nSupport,
        supportVectors,
        coefficients: new Float64Array(nSupport).fill(1 / nSupport),
        intercept: -0.5,
      },
      riskScale: 0.1,
    },
    ...changes,
  });
}

/** A forest of two stumps: many users and few distinct calls are normal. */
export function sampleForest(changes: Partial<DetectorParts> = {}): Detector {
  const trees = [
    stump({ feature: 'num_users', threshold: -0.5, valueBelow: 0.9, valueAbove: 0.1 }),
    stump({ feature: 'api_access_uniqueness', threshold: 2, valueBelow: 0, valueAbove: 1 }),
  ];
  return assembleDetector({
    ...SHARED_PARTS,
    name: 'hybrid',
    title: 'Random Forest (sample)',
    model: { type: 'forest', forest: layOutForest(trees, SAMPLE_SCALER.nFeatures) },
    ...changes,
  });
}

/** An isolation forest of two stumps: one question tells few users, or many distinct calls, from 15 other rows. */
export function sampleIsolationForest(changes: Partial<DetectorParts> = {}): Detector {
  const alone = 1;
  const together = 1 + averagePathLength(15);
  const trees = [
    stump({ feature: 'num_users', threshold: -0.5, valueBelow: alone, valueAbove: together }),
    stump({
      feature: 'api_access_uniqueness',
      threshold: 2,
      valueBelow: together,
      valueAbove: alone,
    }),
  ];
  return assembleDetector({
    ...SHARED_PARTS,
    name: 'isolation-forest',
    title: 'Isolation Forest (sample)',
    model: {
      type: 'isolation-forest',
      forest: layOutForest(trees, SAMPLE_SCALER.nFeatures),
      averagePathLength: averagePathLength(16),
      offset: -0.5,
    },
    ...changes,
  });
}

/** Of every sample detector. */
export const SAMPLE_SCALER: StandardScaler = {
  type: 'standard',
  nFeatures: API_BEHAVIOUR_SCHEMA.features.length,
  mean: Float64Array.from(API_BEHAVIOUR_SCHEMA.features, ({ example }) => example),
  scale: Float64Array.of(0.025, 0.05, 20, 3_000, 400, 300, 80, 0.5, 0.5),
};

const SHARED_PARTS = {
  schema: API_BEHAVIOUR_SCHEMA,
  encoder: API_BEHAVIOUR_ENCODER,
  transforms: [SAMPLE_SCALER],
  threshold: 0,
  metrics: {
    truePositives: 95,
    falseNegatives: 5,
    falsePositives: 10,
    trueNegatives: 190,
    precision: 95 / 105,
    recall: 0.95,
    f1: 190 / 205,
    falsePositiveRate: 0.05,
    rocAuc: 0.98,
    averagePrecision: 0.96,
  },
  provenance: {
    origin: 'training',
    trainer: 'made up for tests',
    data: { file: 'none.csv', sha256: '0'.repeat(64), rows: 1_000, droppedRows: 0 },
    split: { seed: 0, trainNormal: 700, trainAnomaly: 0, testNormal: 200, testAnomaly: 100 },
    parameters: {},
  },
} satisfies Partial<DetectorParts>;

const FIRST_ABOVE_ZERO: DecisionTree = {
  left: Int32Array.of(1, -1, -1),
  right: Int32Array.of(2, -1, -1),
  feature: Int32Array.of(0, -2, -2),
  threshold: Float64Array.of(0, -2, -2),
  leafValue: Float64Array.of(0.5, 0, 1),
};

/** A tree with one question, in standard scores, as scikit-learn would number it. */
function stump(question: {
  feature: string;
  threshold: number;
  valueBelow: number;
  valueAbove: number;
}): DecisionTree {
  const feature = API_BEHAVIOUR_SCHEMA.features.findIndex(({ name }) => name === question.feature);
  return {
    left: Int32Array.of(1, -1, -1),
    right: Int32Array.of(2, -1, -1),
    feature: Int32Array.of(feature, -2, -2),
    threshold: Float64Array.of(question.threshold, -2, -2),
    leafValue: Float64Array.of(0.5, question.valueBelow, question.valueAbove),
  };
}

/** A forest of one stump over `features`, as an import might make it: an anomaly where the first one is above 0. */
export function forestOver(
  name: string,
  features: readonly Partial<Feature>[],
  changes: Partial<DetectorParts> = {},
): Detector {
  const schema: Schema = {
    features: features.map((feature, index) => ({
      name: `x${index}`,
      title: '',
      description: '',
      unit: '',
      kind: 'number',
      example: 0,
      ...feature,
    })),
  };
  return sampleForest({
    name,
    title: name,
    schema,
    encoder: schema.features.map((feature) => ({ feature: feature.name, column: feature.name })),
    transforms: [],
    model: { type: 'forest', forest: layOutForest([FIRST_ABOVE_ZERO], features.length) },
    ...changes,
  });
}
