// Runs a graph on what is known of its tensors, node by node in the order of the file, which ONNX requires to be one
// in which every node comes behind those that feed it.
import { showValue } from '../../errors.js';
import { badModelFile } from '../model-file-error.js';
import { cellsOf } from './arithmetic.js';
import { functionOf } from './functions.js';
import { readInputs } from './graph-inputs.js';
import { LIMITS } from './limits.js';
import { NodeAttributes } from './node-attributes.js';
import { applyOperator } from './operators.js';
import type { OnnxModel, OnnxNode } from './read-model.js';
import type { Value } from './values.js';

export interface EvaluatedGraph {
  readonly nFeatures: number;
  /** Names of the inputs, where each is one feature. */
  readonly inputNames: readonly string[] | null;
  /** In the order of the graph's outputs. */
  readonly outputs: readonly { readonly name: string; readonly value: Value }[];
}

/** @throws AnomalyPredictorError 'bad-model-file' that names the node, the tensor and what stands there */
export function evaluateGraph(model: OnnxModel): EvaluatedGraph {
  const { nodes, initializers, outputs } = model;
  const values = new Map<string, Value>();
  const define = (name: string, value: Value, place: string) => {
    if (values.has(name))
      throw badModelFile(`${place}: tensor ${showValue(name)} is there already`);
    values.set(name, value);
  };
  for (const tensor of initializers) {
    define(tensor.name, { kind: 'constant', ...tensor }, 'initializers');
  }
  const inputs = readInputs(model.inputs.filter(({ name }) => !values.has(name)));
  for (const { name, rows } of inputs) define(name, rows, 'inputs');

  const functions = new Map(
    model.functions.flatMap((bytes) => functionOf(bytes) ?? []).map((data) => [data.name, data]),
  );
  const uses = countUses(nodes, outputs);
  let nOperations = 0;
  for (const node of nodes) {
    const call = { node, inputs: inputsOf(node, values), attributes: new NodeAttributes(node) };
    for (const input of call.inputs) nOperations += cellsOf(input);
    if (nOperations > LIMITS.leafOperations) {
      throw badModelFile(`${node.place}: the graph computes too much with the leaves of trees`);
    }
    const results = applyOperator({ ...call, functions });
    if (node.outputs.length > results.length) {
      throw badModelFile(`${node.place}: it has ${node.outputs.length} outputs`);
    }
    node.outputs.forEach((name, i) => {
      if (name !== '') define(name, results[i], node.place);
    });
    // What nobody asks for again gives its memory back, and keeps its name.
    for (const name of node.inputs) if (--uses[name] === 0) values.set(name, { kind: 'unused' });
  }
  return {
    nFeatures: inputs[0].rows.nFeatures,
    inputNames: inputs.length > 1 ? inputs.map(({ name }) => name) : null,
    outputs: outputs.map((name) => {
      const value = values.get(name);
      if (value === undefined) throw badModelFile(`output ${showValue(name)} is not computed`);
      return { name, value };
    }),
  };
}

function inputsOf(node: OnnxNode, values: ReadonlyMap<string, Value>): readonly Value[] {
  return node.inputs.map((name) => {
    const value = values.get(name);
    if (value !== undefined) return value;
    const what = node.outputs.includes(name) ? 'its own output' : 'not computed before it';
    throw badModelFile(`${node.place}: input ${showValue(name)} is ${what}`);
  });
}

function countUses(nodes: readonly OnnxNode[], outputs: readonly string[]): Record<string, number> {
  const uses: Record<string, number> = Object.create(null);
  const all = [...outputs, ...nodes.flatMap((node) => node.inputs)];
  for (const name of all) uses[name] = (uses[name] ?? 0) + 1;
  return uses;
}
