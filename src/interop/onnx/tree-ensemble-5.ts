// TreeEnsemble (ai.onnx.ml 5): questions in one list, leaves in another, and for each answer a place in either.
import { meanOfTrees, treesTake } from './ensemble-score.js';
import type { NodeAttributes } from './node-attributes.js';
import { BRANCH_MODES, describeQuestion, questionOf } from './trees.js';
import type { LeafTable, Rows, Value } from './values.js';

const AGGREGATES = ['AVERAGE', 'SUM'] as const;
/** By mode; the first of them are `BRANCH_MODES`. */
const OTHER_MODES = ['BRANCH_EQ', 'BRANCH_NEQ', 'BRANCH_MEMBER'];

export function readTreeEnsemble5(attributes: NodeAttributes, rows: Rows): Value {
  attributes.ignore('nodes_hitrates', 'nodes_missing_value_tracks_true');
  attributes.expect('post_transform', 'int', 0);
  attributes.expect('n_targets', 'int', 1);
  const aggregate = attributes.take('aggregate_function', 'int') ?? 1;
  if (AGGREGATES[aggregate] === undefined) {
    throw attributes.fail('aggregate_function', `${aggregate} is not supported`);
  }
  const ensemble = new Ensemble(attributes, rows);
  const roots = attributes.require('tree_roots', 'ints');
  if (roots.length === 0) throw attributes.fail('tree_roots', 'there are no trees');
  const tables = Array.from(roots, (root) => ensemble.tree(root));
  attributes.finish();
  return meanOfTrees(tables, AGGREGATES[aggregate], ensemble.weightType);
}

class Ensemble {
  readonly weightType: 'float' | 'double';
  readonly #attributes: NodeAttributes;
  readonly #rows: Rows;
  readonly #weights: Float64Array;
  readonly #features: Int32Array;
  readonly #modes: Float64Array;
  readonly #splits: Float64Array;
  readonly #child: { readonly yes: Int32Array; readonly no: Int32Array };
  readonly #isLeaf: { readonly yes: Int32Array; readonly no: Int32Array };
  readonly #seen: Uint8Array;

  constructor(attributes: NodeAttributes, rows: Rows) {
    treesTake(rows, attributes);
    this.#attributes = attributes;
    this.#rows = rows;
    const weights = attributes.require('leaf_weights', 'tensor');
    this.weightType = weights.elementType === 'float' ? 'float' : 'double';
    this.#weights = attributes.numbers(weights, 'leaf_weights');
    const targets = attributes.require('leaf_targetids', 'ints');
    const at = targets.findIndex((target) => target !== 0);
    if (at >= 0) throw attributes.fail('leaf_targetids', `number ${at} is ${targets[at]}, not 0`);
    this.#features = attributes.require('nodes_featureids', 'ints');
    this.#modes = this.#tensor('nodes_modes');
    this.#splits = this.#tensor('nodes_splits');
    this.#child = { yes: this.#ints('nodes_truenodeids'), no: this.#ints('nodes_falsenodeids') };
    this.#isLeaf = { yes: this.#ints('nodes_trueleafs'), no: this.#ints('nodes_falseleafs') };
    this.#seen = new Uint8Array(this.#features.length);
  }

  /** In scikit-learn's numbering, each node before its children. */
  tree(root: number): LeafTable {
    const left: number[] = [];
    const right: number[] = [];
    const feature: number[] = [];
    const threshold: number[] = [];
    const leaves: number[] = [];
    const cells: number[] = [];
    const addNode = () => {
      feature.push(-2);
      threshold.push(-2);
      left.push(-1);
      return right.push(-1) - 1;
    };
    const open: [at: number, source: number][] = [[addNode(), root]];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [node, source] = next;
      const question = this.#question(source);
      feature[node] = this.#rows.columns[this.#features[source]];
      threshold[node] = question.threshold;
      for (const answer of ['yes', 'no'] as const) {
        const child = addNode();
        (question.negated === (answer === 'yes') ? right : left)[node] = child;
        const target = this.#child[answer][source];
        if (this.#isLeaf[answer][source] === 0) open.push([child, target]);
        else {
          leaves.push(child);
          cells.push(this.#weight(target, source));
        }
      }
    }
    const tree = {
      rows: this.#rows,
      left: Int32Array.from(left),
      right: Int32Array.from(right),
      feature: Int32Array.from(feature),
      threshold: Float64Array.from(threshold),
      leaves: Int32Array.from(leaves),
    };
    return {
      kind: 'leaf-table',
      elementType: this.weightType,
      tree,
      cells: Float64Array.from(cells),
    };
  }

  /** Refuses a node that is reached twice, so that every walk ends. */
  #question(node: number) {
    const fail = (name: string, what: string) =>
      this.#attributes.fail(name, `node ${node}: ${what}`);
    if (!(node >= 0 && node < this.#seen.length)) {
      throw fail('tree_roots', `there are only ${this.#seen.length} nodes`);
    }
    if (this.#seen[node]++ > 0) throw fail('nodes_truenodeids', 'it is reached twice');
    const column = this.#features[node];
    if (column < 0 || column >= this.#rows.columns.length) {
      throw fail('nodes_featureids', `feature ${column} of ${this.#rows.columns.length}`);
    }
    const mode = this.#modes[node];
    const branch = BRANCH_MODES[mode];
    if (branch === undefined) {
      const name = OTHER_MODES[mode - BRANCH_MODES.length] ?? 'no mode of ONNX';
      throw fail('nodes_modes', `${mode} (${name}) is not supported`);
    }
    const value = this.#splits[node];
    const question = questionOf(branch, value, this.#rows);
    if (question === undefined)
      throw fail('nodes_splits', describeQuestion(branch, value, this.#rows));
    return question;
  }

  #weight(leaf: number, node: number): number {
    if (!(leaf >= 0 && leaf < this.#weights.length)) {
      const what = `node ${node}: leaf ${leaf} of ${this.#weights.length}`;
      throw this.#attributes.fail('nodes_truenodeids', what);
    }
    return this.#weights[leaf];
  }

  #tensor(name: string): Float64Array {
    const numbers = this.#attributes.numbers(this.#attributes.require(name, 'tensor'), name);
    this.#checkLength(name, numbers.length);
    return numbers;
  }

  #ints(name: string): Int32Array {
    const ints = this.#attributes.require(name, 'ints');
    this.#checkLength(name, ints.length);
    return ints;
  }

  #checkLength(name: string, length: number): void {
    const expected = this.#features.length;
    if (length !== expected) {
      throw this.#attributes.fail(name, `there are ${length}, expected ${expected}`);
    }
  }
}
