// From an imported model to a detector: the schema, a name, and where it comes from.
import type { Transform } from '../../native-free-kernels/contract.js';
import { AnomalyPredictorError, showValue } from '../errors.js';
import type { Detector, Model } from '../model/detector.js';
import { assembleDetector, DETECTOR_NAME } from '../model/detector-file.js';
import { API_BEHAVIOUR_ENCODER, type Encoder } from '../model/encoder.js';
import type { ImportProvenance } from '../model/provenance.js';
import { API_BEHAVIOUR_SCHEMA, type Feature } from '../model/schema.js';
import { PACKAGE_VERSION } from '../package-paths.js';
import type { ImportedModel } from './imported-model.js';
import { badModelFile } from './model-file-error.js';

export interface DetectorOrigin {
  /** Letters, digits, '.', '_' and '-'. */
  readonly name: string;
  readonly format: ImportProvenance['format'];
  readonly files: ImportProvenance['files'];
}

const LIBRARIES: Readonly<Record<ImportProvenance['format'], string>> = {
  'scikit-learn': 'scikit-learn',
  onnx: 'ONNX',
};

/**
 * The detector that scores as `imported` does. Its features are called `featureNames`, or as in the file, or else
 * x0, x1 and so on, which are scikit-learn's own names.
 * @throws AnomalyPredictorError `bad-option` for a name or feature names that do not fit, `bad-model-file` for a model
 * that a detector cannot hold
 */
export function makeDetector(
  imported: ImportedModel,
  { name, format, files }: DetectorOrigin,
  featureNames?: readonly string[],
): Detector {
  const { transforms, model, threshold, nFeatures, estimator, libraryVersion, parameters } =
    imported;
  if (!DETECTOR_NAME.test(name)) {
    throw badOption(
      'name',
      `"name" ${showValue(name)} has other characters than letters, digits, ._-`,
    );
  }
  if (featureNames !== undefined) checkFeatureNames(featureNames, nFeatures);
  const names =
    featureNames ??
    imported.featureNames ??
    Array.from({ length: nFeatures }, (_, feature) => `x${feature}`);
  const version = libraryVersion === null ? '' : ` ${libraryVersion}`;
  try {
    return assembleDetector({
      name,
      title: `${estimator.split(', ').at(-1)}, imported from ${LIBRARIES[format]}${version}`,
      ...describeFeatures(names, centreOf(transforms, model)),
      transforms,
      model,
      threshold,
      metrics: null,
      provenance: {
        origin: 'import',
        importer: `anomaly-predictor ${PACKAGE_VERSION}`,
        files,
        format,
        estimator,
        version: libraryVersion,
        featureNames: imported.featureNames === null ? null : [...imported.featureNames],
        parameters,
      },
    });
  } catch (cause) {
    if (!(cause instanceof AnomalyPredictorError)) throw cause;
    throw badModelFile(`a detector cannot hold the model: ${cause.message}`, cause);
  }
}

function checkFeatureNames(names: readonly string[], nFeatures: number): void {
  if (names.length !== nFeatures) {
    const got = `${names.length} feature names for a model of ${nFeatures} features`;
    throw badOption('features', got);
  }
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined)
    throw badOption('features', `feature ${showValue(twice)} is there twice`);
  const unfit = names.find((name) => name.length < 1 || name.length > 100);
  if (unfit !== undefined) {
    throw badOption('features', `feature ${showValue(unfit)} has not 1 to 100 characters`);
  }
}

/** Features of API behaviour, where all are, are described as those, and read from its data set's columns too. */
function describeFeatures(names: readonly string[], centre: ArrayLike<number> | undefined) {
  const known = names.map((name) => API_BEHAVIOUR_SCHEMA.features.find((f) => f.name === name));
  const knowsAll = (features: (Feature | undefined)[]): features is Feature[] =>
    features.every((feature) => feature !== undefined);
  if (knowsAll(known)) {
    const encoder = known.map(({ name }) => API_BEHAVIOUR_ENCODER.find((e) => e.feature === name));
    return { schema: { features: known }, encoder: encoder as Encoder };
  }
  const features = names.map((name, i): Feature => {
    const example = Number((centre?.[i] ?? 0).toPrecision(6));
    return { name, title: name, description: '', unit: '', kind: 'number', example };
  });
  return { schema: { features }, encoder: names.map((name) => ({ feature: name, column: name })) };
}

/** Of the training data, as far as the model tells: what a row is centred by, or the middle of support vectors. */
function centreOf([first]: readonly Transform[], model: Model): ArrayLike<number> | undefined {
  switch (first?.type) {
    case 'standard':
      return first.mean;
    case 'float32':
      return first.offset;
    case 'min-max':
      // Of a range from 0 to 1, the usual one.
      return first.factor.map((factor, i) => (0.5 - first.offset[i]) / (factor || 1));
    case undefined:
      return model.type === 'one-class-svm' ? middleOfSupportVectors(model) : undefined;
    default:
      return undefined;
  }
}

function middleOfSupportVectors({ svm }: Model & { type: 'one-class-svm' }): Float64Array {
  const { nFeatures, nSupport, supportVectors } = svm;
  const middle = new Float64Array(nFeatures);
  for (let i = 0; i < supportVectors.length; i++)
    middle[i % nFeatures] += supportVectors[i] / nSupport;
  return middle;
}

function badOption(field: string, message: string): AnomalyPredictorError {
  return new AnomalyPredictorError('bad-option', message, { field });
}
