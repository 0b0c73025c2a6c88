// An ONNX file, as sklearn-onnx writes them and `export` does, to the parts of a detector. What the graph computes is
// followed from its input to its labels; nothing in the file runs.
import type { OneClassSvm } from '../../../native-free-kernels/contract.js';
import { AnomalyPredictorError, showValue } from '../../errors.js';
import type { ImportedModel, ImportOptions } from '../imported-model.js';
import { badModelFile } from '../model-file-error.js';
import { riskScaleOf } from '../risk-scale.js';
import { FUNCTION_DOMAIN } from './define-function.js';
import { type EvaluatedGraph, evaluateGraph } from './evaluate-graph.js';
import { FEATURES_KEY } from './functions.js';
import { layOutTrees } from './lay-out-trees.js';
import { type OnnxModel, readOnnxModel } from './read-model.js';
import type { MeanLeafValue, PowerOfTwo, Score, SignTable } from './values.js';

const DEFAULT_ANOMALY_CLASS = '-1';
/** The next numbers below 0 of which a score of exactly 0 becomes normal: of decisions, and of 1 − 2 · P(anomaly). */
const BORDER_IS_NORMAL = { svm: -Number.MIN_VALUE, forest: -(2 ** -53) } as const;
const ROUNDING = 1e-6;

/** Above 0 for normal rows. */
interface Decision {
  readonly score: Score;
  readonly borderIsNormal: boolean;
}

/**
 * @throws AnomalyPredictorError 'bad-model-file' for what cannot be served, 'bad-option' for an anomalous class that is
 * none of the labels
 */
export function importOnnx(bytes: Uint8Array, { anomalyClass }: ImportOptions = {}): ImportedModel {
  const model = readOnnxModel(bytes);
  const graph = evaluateGraph(model);
  const decision = decisionOf(labelsOf(graph), anomalyClass);
  const { irVersion, producerName, producerVersion } = model;
  const operatorSets = [...model.operatorSets].map(([domain, version]) => [
    `opset ${domain || 'ai.onnx'}`,
    version,
  ]);
  return {
    ...partsOf(decision),
    nFeatures: graph.nFeatures,
    featureNames: graph.inputNames ?? namesInMetadata(model, graph),
    estimator: estimatorOf(model),
    libraryVersion: `${producerName} ${producerVersion}`.trim() || null,
    parameters: { ...Object.fromEntries(operatorSets), 'IR version': irVersion },
  };
}

/** The first output that is a function of a score's sign. */
function labelsOf({ outputs }: EvaluatedGraph): SignTable {
  for (const { value } of outputs) if (value.kind === 'sign-table') return value;
  const names = outputs.map(({ name }) => showValue(name)).join(', ');
  throw badModelFile(
    `none of the outputs ${names || '(there are none)'} is a label of two classes`,
  );
}

function decisionOf({ score, cells }: SignTable, anomalyClass: string | undefined): Decision {
  const [below, border, above] = cells.map(String);
  const anomaly = anomalyClass ?? DEFAULT_ANOMALY_CLASS;
  if (below === above || (below !== anomaly && above !== anomaly)) {
    const what = `the labels are ${showValue(below)} and ${showValue(above)}`;
    throw new AnomalyPredictorError(
      'bad-option',
      anomalyClass === undefined
        ? `${what}: say which one is the anomalous one`
        : `${what}, the anomalous class cannot be ${showValue(anomaly)}`,
      { field: 'anomaly-class' },
    );
  }
  if (above !== anomaly) return { score, borderIsNormal: border === above };
  const { factor, offset } = score;
  return {
    score: { ...score, factor: -factor, offset: -offset },
    borderIsNormal: border === below,
  };
}

type Parts = Pick<ImportedModel, 'transforms' | 'model' | 'threshold'>;

function partsOf({ score, borderIsNormal }: Decision): Parts {
  const { base, factor, offset } = score;
  if (!(Number.isFinite(factor) && factor !== 0 && Number.isFinite(offset))) {
    throw badModelFile(`the score is ${factor} times the model's output plus ${offset}`);
  }
  if (base.type === 'svm') {
    return {
      transforms: base.transforms,
      model: svmModel(base.svm, factor, offset),
      threshold: borderIsNormal ? BORDER_IS_NORMAL.svm : 0,
    };
  }
  if (base.type === 'power-of-two') return isolationForest(base, factor, offset);
  return classifierForest(base, factor, offset, borderIsNormal);
}

function svmModel(svm: OneClassSvm, factor: number, offset: number): ImportedModel['model'] {
  const intercept = factor * svm.intercept + offset;
  const coefficients = svm.coefficients.map((coefficient) => factor * coefficient);
  return {
    type: 'one-class-svm',
    svm: { ...svm, coefficients, intercept },
    riskScale: riskScaleOf(intercept),
  };
}

/** The leaves' values are shares of one class; where the score grows with them, of the normal one. */
function classifierForest(
  base: MeanLeafValue,
  factor: number,
  offset: number,
  borderIsNormal: boolean,
): Parts {
  const border = (2 * offset) / Math.abs(factor);
  const shareIsOfAnomalies = factor < 0;
  const { transforms, forest } = layOutTrees(base.members, (share) => {
    if (!(share >= 0 && share <= 1)) {
      throw badModelFile(`a leaf has ${share} of a class, expected a share from 0 to 1`);
    }
    return shareIsOfAnomalies ? share : 1 - share;
  });
  const threshold = shareIsOfAnomalies ? 1 - border : -1 - border;
  if (Math.abs(threshold) >= 1) throw badModelFile('all rows have the same label');
  return {
    transforms,
    model: { type: 'forest', forest },
    threshold: threshold === 0 && borderIsNormal ? BORDER_IS_NORMAL.forest : threshold,
  };
}

/** −2^(−mean path length / averagePathLength) − offset of scikit-learn, a constant factor aside. */
function isolationForest({ exponent }: PowerOfTwo, factor: number, offset: number): Parts {
  const atZero = factor * 2 ** exponent.offset;
  const averagePathLength = -1 / exponent.factor;
  if (!(Math.abs(atZero + 1) <= ROUNDING && averagePathLength > 0)) {
    const formula = `${atZero} · 2^(${exponent.factor} · mean path length)`;
    throw badModelFile(`${formula} is not the score of an isolation forest`);
  }
  if (!(offset > 0 && offset < 1)) {
    throw badModelFile(`the border of the isolation forest, ${-offset}, is not within -1 and 0`);
  }
  const { transforms, forest } = layOutTrees(exponent.base.members, (pathLength) => {
    if (pathLength >= 0 && Number.isFinite(pathLength)) return pathLength;
    throw badModelFile(`a leaf has a path length of ${pathLength}`);
  });
  const model = { type: 'isolation-forest', forest, averagePathLength, offset: -offset } as const;
  return { transforms, model, threshold: 0 };
}

/** The operators that scale and score; the others only bring what they say into form. */
const ESTIMATORS = /^(Scaler|Normalizer|SVM.*|TreeEnsemble.*)$/;

function estimatorOf({ nodes }: OnnxModel): string {
  const names = nodes
    .filter(({ operator, domain }) => domain === FUNCTION_DOMAIN || ESTIMATORS.test(operator))
    .map(({ operator }) => operator);
  return [...new Set(names)].join(', ');
}

/** As exported models have them. */
function namesInMetadata({ metadata }: OnnxModel, { nFeatures }: EvaluatedGraph) {
  try {
    const names: unknown = JSON.parse(metadata.get(FEATURES_KEY) ?? 'null');
    const isList = Array.isArray(names) && names.length === nFeatures;
    return isList && names.every((name) => typeof name === 'string') ? (names as string[]) : null;
  } catch {
    return null;
  }
}
