// TreeEnsembleClassifier and TreeEnsembleRegressor (ai.onnx.ml 1 and 3): all nodes of all trees in one list, leaves
// among them, and weights that name the leaf they belong to.
import { showValue } from '../../errors.js';
import { signTable } from './arithmetic.js';
import { meanOfTrees, treesTake } from './ensemble-score.js';
import type { NodeAttributes } from './node-attributes.js';
import { readClassLabels } from './svm-operators.js';
import { BRANCH_MODES, describeQuestion, questionOf } from './trees.js';
import type { LeafTable, Rows, Tree, Value } from './values.js';

/** Where the score of the second class is above it, that class is the label. */
const BORDER = 0.5;

/**
 * Labels of two classes. sklearn-onnx writes the share of the second class alone, and that under the number of the
 * first; onnxruntime takes any single number so.
 */
export function readTreeClassifier(attributes: NodeAttributes, rows: Rows): readonly Value[] {
  attributes.expect('post_transform', 'string', 'NONE');
  const [first, second] = readClassLabels(attributes, 'classlabels_int64s', 'classlabels_strings');
  const { tables, ids, weights, elementType } = readTables(attributes, rows, 'class');
  const other = ids.findIndex((id) => id !== ids[0]);
  if (other >= 0) {
    throw attributes.fail('class_ids', `the leaves name classes ${ids[0]} and ${ids[other]}`);
  }
  const negative = weights.findIndex((weight) => weight < 0);
  if (negative >= 0) {
    throw attributes.fail('class_weights', `number ${negative} is ${weights[negative]}, below 0`);
  }
  attributes.finish();
  const share = meanOfTrees(tables, 'SUM', elementType);
  const score = { ...share, elementType: 'float', offset: -BORDER } as const;
  const labelType = typeof first === 'string' ? 'string' : 'int64';
  return [signTable(score, labelType, [first, first, second]), { kind: 'unused' }];
}

export function readTreeRegressor(attributes: NodeAttributes, rows: Rows): Value {
  attributes.expect('post_transform', 'string', 'NONE');
  attributes.expect('n_targets', 'int', 1);
  const aggregate = attributes.take('aggregate_function', 'string') ?? 'SUM';
  if (aggregate !== 'SUM' && aggregate !== 'AVERAGE') {
    throw attributes.fail('aggregate_function', `${showValue(aggregate)} is not supported`);
  }
  const base = takeNumbers(attributes, 'base_values');
  const { tables, ids, elementType } = readTables(attributes, rows, 'target');
  const other = ids.findIndex((id) => id !== 0);
  if (other >= 0) throw attributes.fail('target_ids', `number ${other} is ${ids[other]}, not 0`);
  if (base !== undefined && base.values.length > 1) {
    throw attributes.fail('base_values', `there are ${base.values.length}, expected one`);
  }
  attributes.finish();
  const score = meanOfTrees(tables, aggregate, elementType);
  return { ...score, elementType: 'float', offset: base?.values[0] ?? 0 };
}

function readTables(attributes: NodeAttributes, rows: Rows, prefix: 'class' | 'target') {
  const nodes = readNodes(attributes, rows);
  const treeIds = attributes.require(`${prefix}_treeids`, 'ints');
  const nodeIds = attributes.require(`${prefix}_nodeids`, 'ints');
  const ids = attributes.require(`${prefix}_ids`, 'ints');
  const { values: weights, elementType } = requireNumbers(attributes, `${prefix}_weights`);
  for (const [name, { length }] of Object.entries({ treeids: treeIds, nodeids: nodeIds, ids })) {
    if (length !== weights.length) {
      const expected = `expected ${weights.length} as of the weights`;
      throw attributes.fail(`${prefix}_${name}`, `there are ${length}, ${expected}`);
    }
  }
  for (let i = 0; i < weights.length; i++) {
    const at = nodes.treeOfId.get(treeIds[i]);
    const { cells, leafAt } = at === undefined ? NO_TREE : nodes.members[at];
    const leaf = leafAt[nodeIds[i]] ?? -1;
    if (leaf < 0) {
      const place = `node ${nodeIds[i]} of tree ${treeIds[i]}`;
      throw attributes.fail(`${prefix}_nodeids`, `number ${i}: ${place} is no leaf`);
    }
    cells[leaf] += weights[i];
  }
  const tables = nodes.members.map(
    ({ tree, cells }): LeafTable => ({ kind: 'leaf-table', elementType, tree, cells }),
  );
  return { tables, ids, weights, elementType };
}

interface Member {
  readonly tree: Tree;
  readonly cells: Float64Array;
  /** Place of each node among the leaves, −1 for others. */
  readonly leafAt: Int32Array;
}

const NO_TREE = { cells: new Float64Array(0), leafAt: new Int32Array(0) };

function readNodes(attributes: NodeAttributes, rows: Rows) {
  attributes.ignore(
    'nodes_hitrates',
    'nodes_hitrates_as_tensor',
    'nodes_missing_value_tracks_true',
  );
  const treeIds = attributes.require('nodes_treeids', 'ints');
  const nNodes = treeIds.length;
  const lists = {
    nodes_nodeids: attributes.require('nodes_nodeids', 'ints'),
    nodes_featureids: attributes.require('nodes_featureids', 'ints'),
    nodes_truenodeids: attributes.require('nodes_truenodeids', 'ints'),
    nodes_falsenodeids: attributes.require('nodes_falsenodeids', 'ints'),
    nodes_modes: attributes.require('nodes_modes', 'strings'),
    nodes_values: requireNumbers(attributes, 'nodes_values').values,
  };
  for (const [name, { length }] of Object.entries(lists)) {
    if (length !== nNodes) {
      throw attributes.fail(name, `there are ${length}, expected ${nNodes} as of nodes_treeids`);
    }
  }
  if (nNodes === 0) throw attributes.fail('nodes_treeids', 'there are no nodes');
  treesTake(rows, attributes);

  const members: Member[] = [];
  const treeOfId = new Map<number, number>();
  for (let start = 0, end = 0; start < nNodes; start = end) {
    const id = treeIds[start];
    while (end < nNodes && treeIds[end] === id) end++;
    if (treeOfId.has(id)) throw attributes.fail('nodes_treeids', `tree ${id} stands in two places`);
    treeOfId.set(id, members.length);
    members.push(readTree(attributes, rows, lists, id, start, end));
  }
  return { members, treeOfId };
}

interface NodeLists {
  readonly nodes_nodeids: Int32Array;
  readonly nodes_featureids: Int32Array;
  readonly nodes_truenodeids: Int32Array;
  readonly nodes_falsenodeids: Int32Array;
  readonly nodes_modes: readonly string[];
  readonly nodes_values: ArrayLike<number>;
}

function readTree(
  attributes: NodeAttributes,
  rows: Rows,
  lists: NodeLists,
  treeId: number,
  start: number,
  end: number,
): Member {
  const nNodes = end - start;
  const left = new Int32Array(nNodes).fill(-1);
  const right = new Int32Array(nNodes).fill(-1);
  const feature = new Int32Array(nNodes).fill(-2);
  const threshold = new Float64Array(nNodes).fill(-2);
  const leafAt = new Int32Array(nNodes).fill(-1);
  const leaves: number[] = [];
  for (let node = 0; node < nNodes; node++) {
    const at = start + node;
    const fail = (name: string, what: string) =>
      attributes.fail(name, `tree ${treeId}: node ${node}: ${what}`);
    if (lists.nodes_nodeids[at] !== node) {
      throw fail('nodes_nodeids', `it has the number ${lists.nodes_nodeids[at]}`);
    }
    const mode = lists.nodes_modes[at];
    if (mode === 'LEAF') {
      leafAt[node] = leaves.push(node) - 1;
      continue;
    }
    const branch = BRANCH_MODES.find((name) => mode === `BRANCH_${name}`);
    if (branch === undefined) throw fail('nodes_modes', `${showValue(mode)} is not supported`);
    const value = lists.nodes_values[at];
    const question = questionOf(branch, value, rows);
    if (question === undefined) throw fail('nodes_values', describeQuestion(branch, value, rows));
    const column = lists.nodes_featureids[at];
    if (column < 0 || column >= rows.columns.length) {
      throw fail('nodes_featureids', `feature ${column} of ${rows.columns.length}`);
    }
    const yes = lists.nodes_truenodeids[at];
    const no = lists.nodes_falsenodeids[at];
    for (const child of [yes, no]) {
      if (child <= 0 || child >= nNodes) {
        throw fail('nodes_truenodeids', `child ${child} of a tree of ${nNodes} nodes`);
      }
    }
    left[node] = question.negated ? no : yes;
    right[node] = question.negated ? yes : no;
    feature[node] = rows.columns[column];
    threshold[node] = question.threshold;
  }
  const tree = { rows, left, right, feature, threshold, leaves: Int32Array.from(leaves) };
  return { tree, cells: new Float64Array(leaves.length), leafAt };
}

/** From the attribute of floats, or that of doubles which version 3 has beside it. */
function takeNumbers(attributes: NodeAttributes, name: string) {
  const floats = attributes.take(name, 'floats');
  const tensor = attributes.take(`${name}_as_tensor`, 'tensor');
  if (tensor !== undefined && tensor.values.length > 0) {
    const elementType = tensor.elementType === 'float' ? 'float' : 'double';
    return { values: attributes.numbers(tensor, name), elementType } as const;
  }
  return floats === undefined ? undefined : ({ values: floats, elementType: 'float' } as const);
}

function requireNumbers(attributes: NodeAttributes, name: string) {
  return (
    takeNumbers(attributes, name) ?? {
      values: attributes.require(name, 'floats'),
      elementType: 'float' as const,
    }
  );
}
