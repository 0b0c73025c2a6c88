// Tree (sklearn/tree/_tree.pyx): (n_features, n_classes, n_outputs) and the state {node_count, nodes, values}.
// `nodes` is read by the names of its fields, as they differ between versions:
//
//   left_child, right_child   i8   −1 in leaves; else behind their parent
//   feature                   i8   −2 in leaves
//   threshold                 f8   −2 in leaves; rows up to it go left
//   n_node_samples            i8   training rows
//   weighted_n_node_samples   f8   sum of their weights
import type { TreeStructure } from '../../model/path-length.js';
import { NumpyArray, PickleObject, type PickleValue } from '../pickle/values.js';
import {
  arrayOf,
  badAttribute,
  classOf,
  countOf,
  finiteNumbersOf,
  objectOf,
  readNumbers,
} from './attributes.js';

/** Every array of a node is [nNodes]. */
export interface FittedTree {
  /** For errors. */
  readonly object: PickleObject;
  readonly structure: TreeStructure;
  /** [nNodes × nValues] row-major */
  readonly values: Float64Array;
  /** [nNodes] training rows */
  readonly nRowsAt: Float64Array;
  /** [nNodes] sum of the weights of these, positive */
  readonly weightAt: Float64Array;
}

const LEAF = -1;
/** What every comparison is made in. */
const HIGHEST_FLOAT32 = (2 - 2 ** -23) * 2 ** 127;

/**
 * Reads the trees of one estimator. Trees that share their memory are refused: so a forest cannot be much
 * larger than its file.
 */
export class TreeReader {
  readonly #seen = new Set<NumpyArray['data']>();

  /**
   * The `tree_` of an estimator. Every walk ends at a leaf and reads only features that there are.
   * `nValues`: classes, or 1 of a regression.
   * @throws AnomalyPredictorError `bad-model-file`
   */
  read(estimator: PickleObject, nFeatures: number, nValues: number): FittedTree {
    const object = objectOf(estimator, 'tree_');
    checkArguments(object, nFeatures, nValues);
    const nNodes = countOf(object, 'node_count', 1);
    const valueArray = arrayOf(object, 'values', [nNodes, 1, nValues]);
    if (this.#seen.has(valueArray.data)) {
      throw badAttribute(object, 'values', 'the array belongs to another tree too');
    }
    this.#seen.add(valueArray.data);
    const values = finiteNumbersOf(object, 'values', [nNodes, 1, nValues]);

    const nodes = arrayOf(object, 'nodes', [nNodes]);
    const nRowsAt = readNumbers(object, 'nodes', nodes, 'n_node_samples');
    const weightAt = readNumbers(object, 'nodes', nodes, 'weighted_n_node_samples');
    const at = weightAt.findIndex((weight) => !(weight > 0 && weight < Number.POSITIVE_INFINITY));
    if (at >= 0) {
      const problem = `weighted_n_node_samples of node ${at} is ${weightAt[at]}, not above 0`;
      throw badAttribute(object, 'nodes', problem);
    }
    const structure = {
      left: wholeNumbers(object, nodes, 'left_child'),
      right: wholeNumbers(object, nodes, 'right_child'),
      feature: wholeNumbers(object, nodes, 'feature'),
      threshold: readNumbers(object, 'nodes', nodes, 'threshold'),
    };
    checkStructure(object, structure, nFeatures);
    return { object, structure, values, nRowsAt, weightAt };
  }
}

/** The estimators of an ensemble, each of the class `className`. */
export function memberTrees(
  ensemble: PickleObject,
  members: readonly PickleValue[],
  className: string,
): readonly PickleObject[] {
  if (members.length === 0) throw badAttribute(ensemble, 'estimators_', 'there are no trees');
  return members.map((member, i) => {
    if (member instanceof PickleObject && classOf(member) === className) return member;
    throw badAttribute(ensemble, 'estimators_', `item ${i} is no ${className}`);
  });
}

function checkArguments(object: PickleObject, nFeatures: number, nValues: number): void {
  const [features, classes, outputs] = object.args;
  if (features !== nFeatures) {
    throw badAttribute(object, 'n_features', `expected ${nFeatures}, got ${features}`);
  }
  if (outputs !== 1) throw badAttribute(object, 'n_outputs', `expected 1, got ${outputs}`);
  const nClasses =
    classes instanceof NumpyArray && classes.shape.length === 1 && classes.shape[0] === 1
      ? readNumbers(object, 'n_classes', classes)[0]
      : undefined;
  if (nClasses !== nValues) {
    throw badAttribute(object, 'n_classes', `expected ${nValues}, got ${nClasses ?? 'no number'}`);
  }
}

function wholeNumbers(object: PickleObject, nodes: NumpyArray, field: string): Int32Array {
  const numbers = readNumbers(object, 'nodes', nodes, field);
  const whole = Int32Array.from(numbers);
  const at = whole.findIndex((number, node) => number !== numbers[node]);
  if (at >= 0) {
    const problem = `${field} of node ${at} is ${numbers[at]}, not a whole number of 32 bits`;
    throw badAttribute(object, 'nodes', problem);
  }
  return whole;
}

function checkStructure(
  object: PickleObject,
  { left, right, feature, threshold }: TreeStructure,
  nFeatures: number,
): void {
  const nNodes = left.length;
  const fail = (node: number, problem: string) =>
    badAttribute(object, 'nodes', `node ${node} of ${nNodes}: ${problem}`);
  const hasParent = new Uint8Array(nNodes);
  for (let node = 0; node < nNodes; node++) {
    if (left[node] === LEAF && right[node] === LEAF) continue;
    for (const child of [left[node], right[node]]) {
      if (child <= node || child >= nNodes) {
        throw fail(node, `child ${child} is no node behind its parent`);
      }
      if (hasParent[child] === 1) throw fail(node, `child ${child} has another parent too`);
      hasParent[child] = 1;
    }
    if (feature[node] < 0 || feature[node] >= nFeatures) {
      throw fail(node, `feature ${feature[node]} is none of the ${nFeatures}`);
    }
    // Infinity: training had missing values here, and all others go left (since 1.3).
    if (threshold[node] === Number.POSITIVE_INFINITY) threshold[node] = HIGHEST_FLOAT32;
    if (!(threshold[node] >= -HIGHEST_FLOAT32)) {
      throw fail(node, `threshold ${threshold[node]} is no number of 32 bits`);
    }
  }
  const orphan = hasParent.indexOf(0, 1);
  if (orphan > 0) throw fail(orphan, 'no node has it for its child');
}
