import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { importModel } from '../../src/interop/import-model.js';
import { API_BEHAVIOUR_ENCODER } from '../../src/model/encoder.js';
import { explanationMethod } from '../../src/model/explanation.js';
import { API_BEHAVIOUR_SCHEMA } from '../../src/model/schema.js';
import { PACKAGE_VERSION } from '../../src/package-paths.js';
import { rejectedWith } from '../support/rejected-with.js';
import { sampleForest } from '../support/sample-detectors.js';
import { caseOf, importCase, modelFile, SCIKIT_LEARN } from '../support/scikit-learn-models.js';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const namesOf = (detector: Awaited<ReturnType<typeof importModel>>) =>
  detector.schema.features.map(({ name }) => name);

describe('an imported detector', () => {
  it('keeps where it comes from: files, class, version, names and parameters', async () => {
    const each = caseOf('apart-named.4.pkl');
    const { provenance, metrics, title } = await importCase(each);
    expect(metrics).toBeNull();
    expect(title).toBe('RandomForestClassifier, imported from scikit-learn 1.2.1');
    expect(provenance).toEqual({
      origin: 'import',
      importer: `anomaly-predictor ${PACKAGE_VERSION}`,
      files: [each.file, `scaler-of-${each.file}`].map((file) => ({
        file,
        sha256: sha256(modelFile(file).bytes),
      })),
      format: 'scikit-learn',
      estimator: 'StandardScaler, RandomForestClassifier',
      version: '1.2.1',
      featureNames: SCIKIT_LEARN.names,
      parameters: {
        n_estimators: 2,
        bootstrap: true,
        oob_score: false,
        n_jobs: null,
        random_state: 1,
        verbose: 0,
        warm_start: false,
        class_weight: null,
        max_samples: null,
        criterion: 'gini',
        max_depth: 4,
        min_samples_split: 2,
        min_samples_leaf: 1,
        min_weight_fraction_leaf: 0,
        max_features: 'sqrt',
        max_leaf_nodes: null,
        min_impurity_decrease: 0,
        ccp_alpha: 0,
      },
    });
  });

  it('keeps the weights of classes as Python shows them', async () => {
    const { provenance } = await importCase(caseOf('forest-weights.joblib'));
    expect(provenance.parameters.class_weight).toBe('{-1: 3.5, 1: 0.7}');
  });

  it('is the same, byte for byte, whenever it is imported', async () => {
    const [one, other] = [
      await importCase(caseOf('forest.joblib')),
      await importCase(caseOf('forest.joblib')),
    ];
    expect(other.version).toBe(one.version);
  });

  it('is called after its file, or as asked', async () => {
    const { bytes } = modelFile('svm-linear.joblib');
    const nameAfter = async (fileName: string) => (await importModel({ fileName, bytes })).name;
    expect(await nameAfter('svm-linear.joblib')).toBe('svm-linear');
    expect(await nameAfter('my model (2).v1.pkl.gz')).toBe('my-model-2-.v1');
    expect(await nameAfter('.pkl')).toBe('imported');
    expect((await importModel({ fileName: 'x', bytes }, { name: 'y' })).name).toBe('y');
  });

  it('measures the risk of a One-Class SVM by its intercept, so that rows far away have 0.98', async () => {
    const { model } = await importCase(caseOf('svm-rbf-scale.joblib'));
    if (model.type !== 'one-class-svm') throw new Error(model.type);
    expect(1 / (1 + Math.exp(model.svm.intercept / model.riskScale))).toBeCloseTo(0.982, 3);
  });

  it('can be explained feature by feature, where it is a forest', async () => {
    const detector = await importCase(caseOf('forest-named.joblib'));
    expect(explanationMethod(detector)).toBe('tree-shap');
  });
});

describe('the features of an imported detector', () => {
  it('have the names in the file, with the mean of the training as the example', async () => {
    const { schema, encoder } = await importCase(caseOf('named.joblib'));
    expect(schema.features.map(({ name, title, kind }) => [name, title, kind])).toEqual(
      SCIKIT_LEARN.names.map((name) => [name, name, 'number']),
    );
    expect(schema.features[0].example).toBeCloseTo(20, -1);
    expect(encoder).toEqual(SCIKIT_LEARN.names.map((name) => ({ feature: name, column: name })));
  });

  it('have the names of scikit-learn where the file has none', async () => {
    expect(namesOf(await importCase(caseOf('forest.joblib')))).toEqual(['x0', 'x1', 'x2', 'x3']);
  });

  it('have the names that were given, before those in the file', async () => {
    const featureNames = ['a', 'b', 'c', '__proto__'];
    const detector = await importModel(modelFile('named.joblib'), { featureNames });
    expect(namesOf(detector)).toEqual(featureNames);
  });

  it('are described, and read from raw columns, where they are those of API behaviour', async () => {
    const features = API_BEHAVIOUR_SCHEMA.features.slice(4, 8);
    const featureNames = features.map(({ name }) => name);
    const detector = await importModel(modelFile('named.joblib'), { featureNames });
    expect(detector.schema.features).toEqual(features);
    expect(detector.encoder).toEqual(API_BEHAVIOUR_ENCODER.slice(4, 8));
  });

  it.each([
    ['too few', ['a', 'b', 'c'], '3 feature names for a model of 4 features'],
    ['one twice', ['a', 'b', 'a', 'c'], 'feature "a" is there twice'],
    ['an empty one', ['a', 'b', '', 'c'], 'feature "" has not 1 to 100 characters'],
  ])('are refused where there are %s', async (_, featureNames, message) => {
    const file = modelFile('named.joblib');
    expect(await rejectedWith('bad-option', () => importModel(file, { featureNames }))).toBe(
      message,
    );
  });
});

describe('the kind of a file is told by its content:', () => {
  it('a detector of our own stays as it is, but for its name', async () => {
    const own = sampleForest();
    const file = { fileName: 'model.pkl', bytes: Uint8Array.from(own.bytes) };
    expect((await importModel(file)).version).toBe(own.version);
    const renamed = await importModel(file, { name: 'other' });
    expect(renamed).toMatchObject({ name: 'other', schema: own.schema, metrics: own.metrics });
  });

  it.each([
    ['scaler', { scaler: modelFile('refused-scaler.joblib') }],
    ['features', { featureNames: ['a'] }],
    ['anomaly-class', { anomalyClass: '0' }],
  ])('a detector of our own needs no %s', async (field, options) => {
    const file = { fileName: 'x', bytes: Uint8Array.from(sampleForest().bytes) };
    expect(await rejectedWith('bad-option', () => importModel(file, options))).toBe(
      `"${field}" is for models of other libraries; the file is a detector already`,
    );
  });

  it.each([
    ['nothing', ''],
    ['text', 'num_users,num_sessions\n1,2\n'],
    ['a pickle of protocol 0', '(lp0\nI1\na.'],
    ['the start of a detector', '\xff\xff\0\0\0\0\0\0{"__meta'],
  ])('%s is none', async (_, text) => {
    const file = { fileName: 'model.pkl', bytes: Buffer.from(text, 'latin1') };
    expect(await rejectedWith('bad-model-file', () => importModel(file))).toMatch(
      /^model\.pkl is neither a detector's file nor an ONNX model nor a pickle \(protocol 2 or later/,
    );
  });

  it('a name that no detector may have is refused', async () => {
    const file = modelFile('svm-linear.joblib');
    expect(await rejectedWith('bad-option', () => importModel(file, { name: '../x' }))).toMatch(
      /^"name" "\.\.\/x" has other characters/,
    );
  });
});
