// A detector as an ONNX model that onnxruntime runs: transforms and decision in float64, so that its labels are ours.
//
//   rows    double [rows × features]   in the order of the schema
//   label   int64 [rows]               1 normal, −1 anomaly
//   score   double [rows × 1]          as the detector's; a forest's has the precision of float32
import type { Forest, OneClassSvm, Transform } from '../../../native-free-kernels/contract.js';
import { type Bounds, lowestOutput } from '../../model/bounds.js';
import type { Detector, IsolationForestModel } from '../../model/detector.js';
import { PACKAGE_VERSION } from '../../package-paths.js';
import { LOG1P, QUANTILE_MAP } from './column-functions.js';
import { alongAxis, FUNCTION_DOMAIN, OPERATOR_SET } from './define-function.js';
import { listsOfForest } from './forest-attributes.js';
import { ELEMENT_TYPES, ML_DOMAIN } from './format.js';
import {
  DECISIONS,
  FEATURES_KEY,
  NORMALIZE,
  SCALE_FLOAT32,
  SCALE_TO_RANGE,
  STANDARDIZE,
} from './functions.js';
import {
  type AttributeData,
  encodeOnnxModel,
  type FunctionData,
  type NodeData,
  type TensorData,
} from './write-model.js';

const IR_VERSION = 8;
const ML_OPERATOR_SET = 3;
const [INPUT, LABEL, SCORE] = ['rows', 'label', 'score'];

/** The bytes of a model file. */
export function exportOnnx(detector: Detector): Uint8Array {
  const { name, title, version, schema, transforms, model, threshold, bounds } = detector;
  const graph = new GraphBuilder();
  const scaled = transforms.reduce(
    (rows, transform) => addTransform(graph, rows, transform),
    INPUT,
  );
  const output = bounds === undefined ? SCORE : undefined;
  const { score, borderIsNormal } = addModel(graph, scaled, detector, output);
  if (bounds !== undefined) addBounds(graph, bounds, score, lowestOutput(model) - threshold);
  addLabel(graph, borderIsNormal);

  const names = schema.features.map((feature) => feature.name);
  return encodeOnnxModel({
    irVersion: IR_VERSION,
    producerName: 'anomaly-predictor',
    producerVersion: PACKAGE_VERSION,
    operatorSets: { '': OPERATOR_SET, [ML_DOMAIN]: ML_OPERATOR_SET, [FUNCTION_DOMAIN]: 1 },
    graphName: name,
    inputs: [{ name: INPUT, elementType: 'double', shape: ['nRows', names.length] }],
    outputs: [
      { name: LABEL, elementType: 'int64', shape: ['nRows'] },
      { name: SCORE, elementType: 'double', shape: ['nRows', 1] },
    ],
    nodes: graph.nodes,
    initializers: graph.initializers,
    metadata: { title, version, [FEATURES_KEY]: JSON.stringify(names) },
    functions: [...graph.functions],
  });
}

interface NodeOptions extends Pick<NodeData, 'domain' | 'attributes'> {
  /** @default a name of its own */
  readonly output?: string | undefined;
}

class GraphBuilder {
  readonly nodes: NodeData[] = [];
  readonly initializers: Record<string, TensorData> = {};
  readonly functions = new Set<FunctionData>();
  #nTensors = 0;

  /** Adds a node with one output, whose name it returns. */
  add(
    operator: string,
    inputs: readonly string[],
    { output = `t${this.#nTensors++}`, ...rest }: NodeOptions = {},
  ): string {
    this.nodes.push({ operator, inputs, outputs: [output], ...rest });
    return output;
  }

  /** Calls a function of the model; the constants go by the names of its inputs behind the rows. */
  call(data: FunctionData, rows: string, constants: Readonly<Record<string, TensorData>>): string {
    this.functions.add(data);
    const [, ...names] = data.inputs;
    const inputs = names.map((name) => this.constant(constants[name]));
    return this.add(data.name, [rows, ...inputs], { domain: data.domain });
  }

  constant(tensor: TensorData): string {
    const name = `c${Object.keys(this.initializers).length}`;
    this.initializers[name] = tensor;
    return name;
  }

  /** `value` of the operator applied to a score and a number. */
  arithmetic(operator: string, tensor: string, value: number, output?: string): string {
    return this.add(operator, [tensor, this.constant(numbers([value]))], { output });
  }

  cast(tensor: string, elementType: 'float' | 'double' | 'int64'): string {
    const attributes = { to: { int: ELEMENT_TYPES[elementType] } };
    return this.add('Cast', [tensor], { attributes });
  }
}

function addTransform(graph: GraphBuilder, rows: string, transform: Transform): string {
  switch (transform.type) {
    case 'standard': {
      const { mean, scale } = transform;
      return graph.call(STANDARDIZE, rows, { mean: numbers(mean), scale: numbers(scale) });
    }
    case 'min-max': {
      const { factor, offset, lowest, highest } = transform;
      return graph.call(SCALE_TO_RANGE, rows, {
        factor: numbers(factor),
        offset: numbers(offset),
        lowest: scalar(lowest),
        highest: scalar(highest),
      });
    }
    case 'normalize':
      return graph.call(NORMALIZE[transform.norm], rows, {});
    case 'float32': {
      const { offset, factor } = transform;
      const float = { elementType: 'float', dimensions: [transform.nFeatures] } as const;
      return graph.call(SCALE_FLOAT32, rows, {
        offset: { ...float, values: offset },
        factor: { ...float, values: factor },
      });
    }
    case 'log1p':
      return graph.call(LOG1P, rows, { columns: indices(transform.columns) });
    case 'quantile': {
      const { columns, nQuantiles, quantiles } = transform;
      return graph.call(QUANTILE_MAP, rows, {
        columns: indices(columns),
        quantiles: {
          elementType: 'double',
          dimensions: [columns.length, nQuantiles],
          values: quantiles,
        },
      });
    }
  }
}

/** What the model makes of rows. */
interface Decision {
  /** [rows × 1] double */
  readonly score: string;
  /** Whether a score of 0 is normal. */
  readonly borderIsNormal: boolean;
}

/** The score is called `output` where that is given. */
function addModel(
  graph: GraphBuilder,
  rows: string,
  { model, threshold }: Pick<Detector, 'model' | 'threshold'>,
  output: string | undefined,
): Decision {
  switch (model.type) {
    case 'one-class-svm':
      return addSvm(graph, rows, model.svm, threshold, output);
    case 'forest':
      return addForest(graph, rows, model.forest, threshold, output);
    case 'isolation-forest':
      return addIsolationForest(graph, rows, model, threshold, output);
  }
}

function addSvm(
  graph: GraphBuilder,
  rows: string,
  svm: OneClassSvm,
  threshold: number,
  output: string | undefined,
): Decision {
  const { kernel, nFeatures, nSupport, supportVectors, coefficients, intercept } = svm;
  const decision = graph.call(DECISIONS[kernel.function], rows, {
    vectors: { elementType: 'double', dimensions: [nSupport, nFeatures], values: supportVectors },
    coefficients: { elementType: 'double', dimensions: [nSupport, 1], values: coefficients },
    intercept: numbers([intercept]),
    gamma: numbers([kernel.gamma]),
    coef0: numbers([kernel.coef0]),
    degree: numbers([kernel.degree]),
  });
  const score = graph.arithmetic('Sub', decision, threshold, output);
  return { score, borderIsNormal: false };
}

/**
 * P(anomaly) leaves the operator as float32. What it is compared with is subtracted before, in float64, so that the
 * sign is that of the exact score.
 */
function addForest(
  graph: GraphBuilder,
  rows: string,
  forest: Forest,
  threshold: number,
  output: string | undefined,
): Decision {
  const share = addMeanLeafValue(graph, rows, forest, -(1 - threshold) / 2);
  const score = graph.arithmetic('Mul', share, -2, output);
  return { score, borderIsNormal: threshold < 0 && 1 - threshold === 1 };
}

/** As for forests: the mean path length at the border is subtracted before. */
function addIsolationForest(
  graph: GraphBuilder,
  rows: string,
  { forest, averagePathLength, offset }: IsolationForestModel,
  threshold: number,
  output: string | undefined,
): Decision {
  const border = offset + threshold;
  const length = addMeanLeafValue(graph, rows, forest, averagePathLength * Math.log2(-border));
  const exponent = graph.arithmetic('Div', length, -averagePathLength);
  const power = graph.add('Pow', [graph.constant(numbers([2])), exponent]);
  const depth = graph.arithmetic('Mul', power, border);
  const score = graph.arithmetic('Sub', depth, border, output);
  return { score, borderIsNormal: true };
}

/** `score`, and the lowest one where a row lies outside of the bounds. */
function addBounds(
  graph: GraphBuilder,
  { low, high }: Bounds,
  score: string,
  lowestScore: number,
): void {
  const isBelow = graph.add('Less', [INPUT, graph.constant(numbers(low))]);
  const isAbove = graph.add('Greater', [INPUT, graph.constant(numbers(high))]);
  const flags = graph.cast(graph.add('Or', [isBelow, isAbove]), 'float');
  const any = graph.add('ReduceMax', [flags], { attributes: alongAxis(1) });
  const isOutside = graph.add('Cast', [any], { attributes: { to: { int: ELEMENT_TYPES.bool } } });
  graph.add('Where', [isOutside, graph.constant(numbers([lowestScore])), score], { output: SCORE });
}

/** [rows × 1] double: the mean of float64 values plus `base`, rounded to float32. Trees compare float32 numbers. */
function addMeanLeafValue(graph: GraphBuilder, rows: string, forest: Forest, base: number): string {
  const { attributes, thresholds, leaves } = listsOfForest(forest);
  const weights = leaves.map(({ node }) => forest.leafValue[node]);
  const compared = graph.cast(graph.cast(rows, 'float'), 'double');
  const mean = graph.add('TreeEnsembleRegressor', [compared], {
    domain: ML_DOMAIN,
    attributes: {
      aggregate_function: { string: 'AVERAGE' },
      base_values_as_tensor: { tensor: numbers([base]) },
      n_targets: { int: 1 },
      ...attributes,
      nodes_values_as_tensor: { tensor: numbers(thresholds) },
      post_transform: { string: 'NONE' },
      target_ids: { ints: new Uint8Array(leaves.length) },
      target_nodeids: { ints: leaves.map(({ nodeId }) => nodeId) },
      target_treeids: { ints: leaves.map(({ tree }) => tree) },
      target_weights_as_tensor: { tensor: numbers(weights) },
    } satisfies Record<string, AttributeData>,
  });
  return graph.cast(mean, 'double');
}

/** 1 where the score is above 0, or also at 0, else −1. */
function addLabel(graph: GraphBuilder, borderIsNormal: boolean): void {
  const isOneSide = graph.arithmetic(borderIsNormal ? 'Less' : 'Greater', SCORE, 0);
  const flag = graph.cast(isOneSide, 'int64');
  const [factor, offset] = borderIsNormal ? [-2, 1] : [2, -1];
  const doubled = graph.add('Mul', [flag, graph.constant(integer(factor))]);
  const labels = graph.add('Add', [doubled, graph.constant(integer(offset))]);
  graph.add('Reshape', [labels, graph.constant(integer(-1))], { output: LABEL });
}

function numbers(values: ArrayLike<number>): TensorData {
  return { elementType: 'double', dimensions: [values.length], values };
}

/** As GatherND takes them. */
function indices(values: ArrayLike<number>): TensorData {
  return { elementType: 'int64', dimensions: [values.length, 1], values };
}

/** Without dimensions, as the limits of Clip. */
function scalar(value: number): TensorData {
  return { elementType: 'double', dimensions: [], values: [value] };
}

function integer(value: number): TensorData {
  return { elementType: 'int64', dimensions: [1], values: [value] };
}
